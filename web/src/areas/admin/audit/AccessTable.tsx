import { browserName } from '@/areas/identity/browserName';
import { dateTime } from '@/text/numbers';
import { StateDot } from '../frame/StateDot';
import { useAdminText } from '../text';
import type { AccessRow } from '../types';

const GOOD = /^(ok|success|allowed|succeeded)$/;

/** Sign-ins and uses of tokens, line by line. */
export function AccessTable({ rows }: { rows: AccessRow[] }) {
  const a = useAdminText();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={a.pages.access}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{a.access.who}</th>
            <th scope="col">{a.access.what}</th>
            <th scope="col">{a.access.outcome}</th>
            <th scope="col">{a.access.from}</th>
            <th scope="col">{a.access.with}</th>
            <th scope="col">{a.when}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{row.name ?? a.access.nobody}</th>
              <td>
                {a.access.actions[row.action] ?? row.action}
                <small className="afacts">
                  {a.access.ways[row.via] ?? a.access.via(row.via)}
                  {row.uses > 1 && `, ${a.access.uses(row.uses)}`}
                </small>
              </td>
              <td>
                <StateDot look={GOOD.test(row.outcome) ? 'good' : 'bad'}>
                  {a.access.outcomes[row.outcome] ?? row.outcome}
                </StateDot>
              </td>
              <td>{row.address || '–'}</td>
              <td title={row.agent}>{row.agent ? browserName(row.agent) : '–'}</td>
              <td>
                <time dateTime={row.at}>{dateTime(row.at)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
