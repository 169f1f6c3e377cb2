import { changeWords, trend } from '../formats';
import { useBusinessText } from '../text';

/** How much more or less than before; whether that is good is said by more than a colour. */
export function Change({
  change,
  good = 'up',
  than,
}: {
  change: number | null;
  good?: 'up' | 'down';
  than?: string;
}) {
  const b = useBusinessText();
  const words = changeWords(change);
  if (words === null) return than ? <span className="bchange">{b.metrics.noBefore}</span> : null;
  const arrow = change === null || Math.abs(change) < 0.0005 ? '' : change > 0 ? '↑ ' : '↓ ';
  return (
    <span className="bchange" data-trend={trend(change, good)}>
      <span aria-hidden="true">{arrow}</span>
      {words}
      {than && <span className="bchange-than"> {than}</span>}
    </span>
  );
}
