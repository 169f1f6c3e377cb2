import { dateTime } from '@/text/numbers';
import { useAdminText } from '../text';
import type { TrailEntry } from '../types';
import { PlainTable } from './PlainTable';

/** Lines of the trail inside of a report. */
export function TrailEntries({ name, entries }: { name: string; entries: TrailEntry[] }) {
  const a = useAdminText();
  const c = a.compliance;
  const reasons = entries.some((entry) => entry.reason);
  return (
    <PlainTable
      name={name}
      heads={[c.at, c.person, a.audit.action, a.audit.target, ...(reasons ? [c.reason] : [])]}
      rows={entries.map((entry) => [
        dateTime(entry.at),
        entry.actor_name ?? entry.actor ?? a.audit.system,
        entry.action ?? '–',
        entry.target ?? '–',
        ...(reasons ? [entry.reason ?? '–'] : []),
      ])}
    />
  );
}
