import { changeOf, changeWords, exact, percent } from '../formats';
import { useBusinessText } from '../text';
import type { Row, Unit } from '../types';
import './chart.css';

interface Props {
  name: string;
  rows: Row[];
  unit: Unit | null;
  currency: string | null;
  most?: number;
}

/** Groups as bars, each with its name and number: a list that can be read without seeing it. */
export function BarList({ name, rows, unit, currency, most = 12 }: Props) {
  const b = useBusinessText();
  const shown = rows.slice(0, most);
  const shares = shown.some((r) => r.share !== null);
  const compared = shown.some((r) => r.previous !== null);
  const top = Math.max(...shown.map((r) => Math.abs(r.value ?? 0)), 0) || 1;
  return (
    <ol className="bbars tabular" aria-label={b.chart.bars(name)}>
      {shown.map((row, i) => {
        const change = changeWords(changeOf(row.value, row.previous));
        return (
          <li key={`${row.keys.join('|')}-${i}`}>
            <span className="bbar-name">{row.key ?? b.chart.nothing}</span>
            <span className="bbar-value">
              {exact(unit, row.value, currency)}
              {shares && <small>{row.share !== null && percent(row.share)}</small>}
              {compared && <small>{change}</small>}
            </span>
            <span className="bbar-track" aria-hidden="true">
              <span
                className="bbar"
                data-minus={(row.value ?? 0) < 0 || undefined}
                style={{ width: `${Math.max(0.4, (Math.abs(row.value ?? 0) / top) * 100)}%` }}
              />
            </span>
          </li>
        );
      })}
      {rows.length > shown.length && (
        <li className="bbars-more">{b.chart.more(rows.length - shown.length)}</li>
      )}
    </ol>
  );
}
