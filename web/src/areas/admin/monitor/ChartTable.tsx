import { useAdminText } from '../text';
import type { ChartLine, Drawn } from './series';
import { timeWords } from './times';

interface Props {
  name: string;
  data: Drawn;
  labelOf: (line: ChartLine) => string;
  say: (value: number | null) => string;
}

/** The numbers of a chart, the newest first. */
export function ChartTable({ name, data, labelOf, say }: Props) {
  const a = useAdminText();
  const label = a.monitor.tableLabel(name);
  return (
    <div className="table-wrap achart-table" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{a.when}</th>
            {data.lines.map((line) => (
              <th key={line.id} scope="col" className="number">
                {labelOf(line)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.times
            .map((time, i) => (
              <tr key={time}>
                <th scope="row">{timeWords(time, data.step)}</th>
                {data.lines.map((line) => (
                  <td key={line.id} className="number">
                    {say(line.values[i] ?? null)}
                  </td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
