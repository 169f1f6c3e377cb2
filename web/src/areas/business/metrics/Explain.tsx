import { CopyButton } from '@/components/CopyButton';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { SourceOf, SqlQuery } from '../types';

interface Props {
  definition: string | null;
  queries: SqlQuery[];
  sources: SourceOf[];
  freshUntil: string | null;
  timeZone?: string | null;
  notes: string[];
}

/** How a number was computed: in words, from which sources, by which query. */
export function Explain({ definition, queries, sources, freshUntil, timeZone, notes }: Props) {
  const b = useBusinessText();
  return (
    <div className="bexplain">
      {definition && <p>{definition}</p>}
      {notes.length > 0 && (
        <ul className="bnotes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <dl className="bfacts">
        {freshUntil && (
          <div>
            <dt>{b.explain.fresh}</dt>
            <dd>{dateTime(freshUntil)}</dd>
          </div>
        )}
        {timeZone && (
          <div>
            <dt>{b.explain.zone}</dt>
            <dd>{timeZone}</dd>
          </div>
        )}
        {sources.map((source) => (
          <div key={source.connector_id}>
            <dt>{source.name}</dt>
            <dd>
              {source.last_sync_at
                ? b.explain.synced(dateTime(source.last_sync_at))
                : b.explain.never}
            </dd>
          </div>
        ))}
      </dl>
      {queries.map((query, i) => (
        <figure key={i} className="bsql">
          <figcaption>
            {queries.length > 1 ? b.explain.queryN(i + 1) : b.explain.query}
            <CopyButton text={() => query.sql} label={b.explain.copySql} />
          </figcaption>
          <pre tabIndex={0}>
            <code>{query.sql}</code>
          </pre>
          {query.binds.length > 0 && (
            <ol className="bbinds" aria-label={b.explain.binds}>
              {query.binds.map((bind, n) => (
                <li key={n}>
                  <b>${n + 1}</b> <code>{JSON.stringify(bind)}</code>
                </li>
              ))}
            </ol>
          )}
        </figure>
      ))}
    </div>
  );
}
