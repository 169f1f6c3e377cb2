import type { ReactNode } from 'react';
import { useAdminText } from '../text';

interface Props {
  name: string;
  heads: string[];
  /** Which columns hold numbers. */
  numbers?: number[];
  rows: ReactNode[][];
}

/** A table of a report; without rows it says so. */
export function PlainTable({ name, heads, numbers = [], rows }: Props) {
  const a = useAdminText();
  if (rows.length === 0) return <p className="quiet">{a.compliance.nothing}</p>;
  const look = (i: number) => (numbers.includes(i) ? 'number' : undefined);
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={name}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={head} scope="col" className={look(i)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, r) => (
            <tr key={r}>
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th key={i} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={i} className={look(i)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
