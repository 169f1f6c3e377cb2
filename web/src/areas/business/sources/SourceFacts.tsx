import { ago, dateTime, whole } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Connector } from '../types';

/** What is known of a source, in a row. */
export function SourceFacts({ connector: c }: { connector: Connector }) {
  const b = useBusinessText();
  const time = (at: string | null | undefined) =>
    at ? (
      <time dateTime={at} title={dateTime(at)}>
        {ago(at)}
      </time>
    ) : (
      '–'
    );
  const rows: [string, React.ReactNode][] = [
    [b.sources.account, c.account ?? '–'],
    [b.sources.role, b.roles[c.role]],
    [b.sources.recordsHead, whole(c.records)],
    [b.sources.fresh, time(c.last_sync_at)],
    [b.sources.dataUntil, time(c.fresh_until)],
    [b.sources.next, c.state === 'active' ? time(c.schedule?.next_due_at) : '–'],
  ];
  return (
    <dl className="bfacts-row tabular">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
