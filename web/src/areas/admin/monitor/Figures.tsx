import { locale } from '@/text/numbers';
import { measure } from '../measure';
import { useAdminText } from '../text';
import type { Figure } from '../types';

/** Of these, less is better; of the others, neither is. */
const LESS = /error|p95|first_word|wait|write/;

function change({ value, previous }: Figure): number | null {
  if (value === null || previous === null || previous === 0) return null;
  return (value - previous) / Math.abs(previous);
}

function words(share: number): string {
  return new Intl.NumberFormat(locale(), {
    style: 'percent',
    maximumFractionDigits: Math.abs(share) >= 1 ? 0 : 1,
    signDisplay: 'exceptZero',
  }).format(share);
}

/** The last hour in numbers, each with the hour before. */
export function Figures({ figures }: { figures: Figure[] }) {
  const a = useAdminText();
  const m = a.monitor;
  return (
    <dl className="afigures tabular">
      {figures.map((figure) => {
        const share = change(figure);
        const heavy = share !== null && Math.abs(share) >= 0.05 && LESS.test(figure.name);
        return (
          <div key={figure.name} className="afigure">
            <dt>{m.figures[figure.name] ?? figure.label}</dt>
            <dd className="afigure-value">{measure(figure.unit, figure.value)}</dd>
            <dd className="afigure-before" data-trend={heavy ? (share > 0 ? 'bad' : 'good') : null}>
              {figure.previous === null
                ? m.noBefore
                : m.before(measure(figure.unit, figure.previous))}
              {share !== null && Math.abs(share) >= 0.0005 && (
                <span>
                  {' '}
                  <span aria-hidden="true">{share > 0 ? '↑' : '↓'}</span> {words(share)}
                </span>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
