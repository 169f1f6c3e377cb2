import { Link } from '@tanstack/react-router';
import { ago, dateTime, whole } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { RunProgress } from './RunProgress';
import { SourceFace } from './SourceFace';
import { isRunning } from './sources';
import { StateChip } from './StateChip';

/** A source in the list: what it is, how it is, how fresh it is. */
export function SourceItem({ connector: c }: { connector: Connector }) {
  const b = useBusinessText();
  const next = c.state === 'active' ? c.schedule?.next_due_at : null;
  return (
    <li className="bsource">
      <SourceFace type={c.type} />
      <div className="bsource-words">
        <h2>
          <Link to="/business/sources/$sourceId" params={{ sourceId: c.id }}>
            {c.name || c.title}
          </Link>
          <StateChip connector={c} />
        </h2>
        <p className="quiet">
          {[
            c.name && c.name !== c.title ? c.title : null,
            b.roles[c.role],
            b.sources.records(whole(c.records)),
            c.dead_letters > 0 ? b.sources.letters(c.dead_letters) : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {c.error && <p className="bsource-error">{c.error}</p>}
        {isRunning(c.run) && c.run && <RunProgress run={c.run} />}
      </div>
      <dl className="bsource-times">
        <div>
          <dt>{b.sources.fresh}</dt>
          <dd>
            {c.last_sync_at ? (
              <time dateTime={c.last_sync_at} title={dateTime(c.last_sync_at)}>
                {ago(c.last_sync_at)}
              </time>
            ) : (
              '–'
            )}
          </dd>
        </div>
        <div>
          <dt>{b.sources.next}</dt>
          <dd>{next ? <time dateTime={next}>{ago(next)}</time> : '–'}</dd>
        </div>
      </dl>
    </li>
  );
}
