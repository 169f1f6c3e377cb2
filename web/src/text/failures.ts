import type { Failure } from '@/api/failure';
import { isFailure } from '@/api/failure';
import type { Catalogue } from './en';

const KEY_CODES = new Set(['NO_PROVIDER_KEY', 'INVALID_PROVIDER_KEY']);

export function needsKey(failure: Failure): boolean {
  return KEY_CODES.has(failure.code);
}

function when(ms: number | null, t: Catalogue): string {
  if (ms === null) return t.failures.soon;
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90
    ? t.failures.inSeconds(seconds)
    : t.failures.inMinutes(Math.ceil(seconds / 60));
}

/** What went wrong, in one sentence for the person who can act on it. */
export function describe(error: unknown, t: Catalogue): string {
  if (!isFailure(error)) return t.failures.unknown;
  if (error.status === 0) return t.failures.network;
  if (error.status === 429) return t.failures.limited(when(error.retryAfterMs, t));
  if (error.code === 'NO_PROVIDER_KEY' && !error.message) return t.failures.noKey;
  const fields = error.details.filter((d) => d.field && d.message).map((d) => d.message);
  const said = fields.length > 0 ? fields.join(' ') : error.message || t.failures.unknown;
  return error.status >= 500 && error.requestId
    ? `${said} ${t.failures.reference(error.requestId)}`
    : said;
}
