import { changeOf, exact, percent } from '../formats';
import { Change } from '../frame/Change';
import { useBusinessText } from '../text';
import type { Row, Unit } from '../types';

interface Props {
  name: string;
  by: string;
  rows: Row[];
  unit: Unit | null;
  good: 'up' | 'down';
}

/** The groups of a number, with their share and their change. */
export function RowsTable({ name, by, rows, unit, good }: Props) {
  const b = useBusinessText();
  const shares = rows.some((r) => r.share !== null);
  const compared = rows.some((r) => r.previous !== null);
  const many = new Set(rows.map((r) => r.currency)).size > 1;
  return (
    <div className="table-wrap btable" tabIndex={0} role="region" aria-label={b.chart.table(name)}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{by}</th>
            {many && <th scope="col">{b.chart.currency}</th>}
            <th scope="col" className="number">
              {name}
            </th>
            {shares && (
              <th scope="col" className="number">
                {b.chart.share}
              </th>
            )}
            {compared && (
              <>
                <th scope="col" className="number">
                  {b.chart.earlier}
                </th>
                <th scope="col" className="number">
                  {b.chart.change}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={`${row.keys.join('|')}-${i}`}>
              <th scope="row">{row.keys.map((k) => k ?? b.chart.nothing).join(' · ')}</th>
              {many && <td>{row.currency}</td>}
              <td className="number">{exact(unit, row.value, row.currency)}</td>
              {shares && (
                <td className="number">{row.share === null ? '–' : percent(row.share)}</td>
              )}
              {compared && (
                <>
                  <td className="number">{exact(unit, row.previous, row.currency)}</td>
                  <td className="number">
                    <Change change={changeOf(row.value, row.previous)} good={good} />
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
