import { useState } from 'react';
import { RowsTable } from '../metrics/RowsTable';
import { Explain } from '../metrics/Explain';
import { percent } from '../formats';
import { useBusinessText } from '../text';
import type { AskAnswer } from '../types';
import { useStoredAnswer } from './asking';

/** How an answer came about: what was understood, the plan, the query, the rows. */
export function HowCome({ answer: given }: { answer: AskAnswer }) {
  const b = useBusinessText();
  const [open, setOpen] = useState(false);
  // A message may carry less than what was stored.
  const stored = useStoredAnswer(open && !given.plan ? given.query_id : null);
  const answer = stored.data ?? given;
  const queries =
    answer.queries.length > 0 ? answer.queries : answer.sql ? [{ sql: answer.sql, binds: [] }] : [];
  const facts: [string, string][] = [
    [b.how.intent, b.how.intents(answer.intent)],
    [b.how.module, answer.module],
    [
      b.how.decided,
      answer.confidence === null
        ? answer.decided_by
        : `${answer.decided_by} · ${percent(answer.confidence, 0)}`,
    ],
  ];
  return (
    <details className="bhow bhow-small" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{b.how.title}</summary>
      {open && (
        <div className="stack">
          <dl className="bfacts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            {answer.entities.map((e, i) => (
              <div key={i}>
                <dt>“{e.text}”</dt>
                <dd>
                  {e.kind}
                  {typeof e.value === 'string' && e.value !== e.text && `: ${e.value}`}
                </dd>
              </div>
            ))}
          </dl>
          <Explain
            definition={answer.definition}
            queries={queries}
            sources={answer.sources}
            freshUntil={answer.fresh_until}
            notes={answer.notes ?? []}
          />
          {answer.rows.length > 0 && (
            <RowsTable
              name={b.how.rows(answer.row_count)}
              by={answer.chart?.kind === 'bar' ? answer.chart.by : ''}
              rows={answer.rows.slice(0, 50)}
              unit={answer.unit}
              good="up"
            />
          )}
          {answer.plan !== null && answer.plan !== undefined && (
            <figure className="bsql">
              <figcaption>{b.how.plan}</figcaption>
              <pre tabIndex={0}>
                <code>{JSON.stringify(answer.plan, null, 2)}</code>
              </pre>
            </figure>
          )}
        </div>
      )}
    </details>
  );
}
