import { dateTime, moment } from '@/text/numbers';

/** When something was said: the time, and on asking the day too. */
export function Time({ iso }: { iso: string }) {
  return (
    <time className="said-time tabular" dateTime={iso} title={dateTime(iso)}>
      {moment(iso)}
    </time>
  );
}
