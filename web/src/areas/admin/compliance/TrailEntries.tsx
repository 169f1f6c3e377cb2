import type { AuditRow } from '@/api/contract';
import { dateTime } from '@/text/numbers';
import { useAdminText } from '../text';
import { PlainTable } from './PlainTable';

/** The reason that somebody gave, where the action asks for one. */
function reasonOf({ details }: AuditRow): string | null {
  const { reason } = (details ?? {}) as { reason?: unknown };
  return typeof reason === 'string' && reason ? reason : null;
}

/** Lines of the trail inside of a report. */
export function TrailEntries({ name, entries }: { name: string; entries: AuditRow[] }) {
  const a = useAdminText();
  const c = a.compliance;
  const reasons = entries.some((entry) => reasonOf(entry));
  return (
    <PlainTable
      name={name}
      heads={[c.at, c.person, a.audit.action, a.audit.target, ...(reasons ? [c.reason] : [])]}
      rows={entries.map((entry) => [
        dateTime(entry.at),
        entry.actor_name ?? a.audit.system,
        entry.action,
        entry.target || '–',
        ...(reasons ? [reasonOf(entry) ?? '–'] : []),
      ])}
    />
  );
}
