import { useBusinessText } from '../text';
import type { Sample } from '../types';

/** The first rows of a file as they were read. */
export function FirstRows({ sample }: { sample: Sample }) {
  const b = useBusinessText();
  return (
    <div className="table-wrap btable" tabIndex={0} role="region" aria-label={b.upload.firstRows}>
      <table className="table">
        <thead>
          <tr>
            {sample.columns.map((c) => (
              <th key={c.name} scope="col">
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.slice(0, 10).map((row, i) => (
            <tr key={i}>
              {row.map((cell, n) => (
                <td key={n}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
