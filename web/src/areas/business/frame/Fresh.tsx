import { ago, dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';

/** How far the data reaches. */
export function Fresh({ until }: { until: string | null }) {
  const b = useBusinessText();
  if (!until) return <span className="bfresh">{b.fresh.unknown}</span>;
  return (
    <time className="bfresh" dateTime={until} title={dateTime(until)}>
      {b.fresh.until(ago(until))}
    </time>
  );
}
