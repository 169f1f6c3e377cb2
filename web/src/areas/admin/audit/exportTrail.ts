import { open } from '@/api/client';
import type { TrailFilter } from './audit';
import { momentsOf } from './audit';

export type TrailFormat = 'csv' | 'jsonl';

/** Fetches the trail of those days and hands it to the browser as a file; a session that ran out is renewed first. */
export async function exportTrail(format: TrailFormat, filter: TrailFilter): Promise<void> {
  const response = await open('GET', '/admin/audit/export', {
    query: { format, ...momentsOf(filter) },
    accept: '*/*',
  });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `audit.${format}`;
  link.click();
  // The browser has begun to save by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
