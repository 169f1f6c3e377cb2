import { changeOf, exact, pieceWords } from '../formats';
import { Change } from '../frame/Change';
import { useBusinessText } from '../text';
import type { Grain, Point, Unit } from '../types';

interface Props {
  name: string;
  points: Point[];
  unit: Unit | null;
  grain: Grain | null;
  good: 'up' | 'down';
}

/** The numbers of a line, one below the other. */
export function SeriesTable({ name, points, unit, grain, good }: Props) {
  const b = useBusinessText();
  const compared = points.some((p) => p.previous !== null);
  const many = new Set(points.map((p) => p.currency)).size > 1;
  return (
    <div className="table-wrap btable" tabIndex={0} role="region" aria-label={b.chart.table(name)}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{b.chart.time}</th>
            {many && <th scope="col">{b.chart.currency}</th>}
            <th scope="col" className="number">
              {name}
            </th>
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
          {points.map((p) => (
            <tr key={`${p.start} ${p.currency ?? ''}`}>
              <th scope="row">{pieceWords(p.start, grain)}</th>
              {many && <td>{p.currency}</td>}
              <td className="number">{exact(unit, p.value, p.currency)}</td>
              {compared && (
                <>
                  <td className="number">{exact(unit, p.previous, p.currency)}</td>
                  <td className="number">
                    <Change change={changeOf(p.value, p.previous)} good={good} />
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
