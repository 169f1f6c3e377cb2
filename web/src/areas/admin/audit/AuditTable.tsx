import type { AuditRow } from '@/api/contract';
import { dateTime } from '@/text/numbers';
import { useAdminText } from '../text';

/** Facts beside an action, as words. */
function factsOf(details: unknown): string {
  if (typeof details !== 'object' || details === null) return '';
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
}

export function AuditTable({ rows }: { rows: AuditRow[] }) {
  const a = useAdminText();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={a.pages.audit}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{a.audit.action}</th>
            <th scope="col">{a.audit.actor}</th>
            <th scope="col">{a.audit.target}</th>
            <th scope="col">{a.audit.address}</th>
            <th scope="col">{a.when}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const facts = factsOf(row.details);
            return (
              <tr key={row.id}>
                <th scope="row">
                  {row.action}
                  {facts && <small className="afacts">{facts}</small>}
                </th>
                <td>{row.actor_name ?? a.audit.system}</td>
                <td className="atarget" title={row.target || undefined}>
                  {row.target || '–'}
                </td>
                <td>{row.address || '–'}</td>
                <td>
                  <time dateTime={row.at}>{dateTime(row.at)}</time>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
