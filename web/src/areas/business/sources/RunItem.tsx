import { Button } from '@/components/Button';
import { dateTime, seconds, whole } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Run, RunStatus } from '../types';
import { RunProgress } from './RunProgress';
import { isRunning } from './sources';

const LOOK: Record<RunStatus, string> = {
  queued: '',
  running: 'chip-accent',
  success: 'chip-good',
  partial: 'chip-warn',
  suspect: 'chip-warn',
  failed: 'chip-danger',
  cancelled: '',
};

/** One sync: when, why, how much, how it ended. */
export function RunItem({ run, onCancel }: { run: Run; onCancel?: () => void }) {
  const b = useBusinessText();
  const facts = [
    b.sources.triggers[run.trigger],
    b.sources.read(whole(run.records_read)),
    b.sources.changed(whole(run.records_written)),
    run.records_failed > 0 ? b.sources.failed(whole(run.records_failed)) : null,
    run.duration_ms === null ? null : seconds(run.duration_ms),
  ];
  return (
    <li className="brun">
      <div className="brun-head">
        <strong>{b.sources.modes[run.mode]}</strong>
        <span className={`chip ${LOOK[run.status]}`}>{b.sources.runStates[run.status]}</span>
        <time className="quiet" dateTime={run.started_at ?? undefined}>
          {run.started_at ? dateTime(run.started_at) : b.sources.queued}
        </time>
        {isRunning(run) && onCancel && (
          <Button small look="quiet" icon="stop" onClick={onCancel}>
            {b.sources.cancel}
          </Button>
        )}
      </div>
      {isRunning(run) ? (
        <RunProgress run={run} />
      ) : (
        <p className="quiet tabular">{facts.filter(Boolean).join(' · ')}</p>
      )}
      {run.status === 'suspect' && <p className="brun-error">{b.sources.suspectText}</p>}
      {run.error && <p className="brun-error">{run.error}</p>}
      {run.streams.length > 0 && (
        <details className="bhow bhow-small">
          <summary>{b.sources.streams(run.streams.length)}</summary>
          <div className="table-wrap" tabIndex={0} role="region" aria-label={b.sources.streamsName}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{b.sources.stream}</th>
                  <th scope="col" className="number">
                    {b.sources.readHead}
                  </th>
                  <th scope="col" className="number">
                    {b.sources.changedHead}
                  </th>
                  <th scope="col" className="number">
                    {b.sources.failedHead}
                  </th>
                  <th scope="col">{b.sources.state}</th>
                </tr>
              </thead>
              <tbody>
                {run.streams.map((s) => (
                  <tr key={s.name}>
                    <th scope="row">{b.streams(s.name)}</th>
                    <td className="number">{whole(s.read)}</td>
                    <td className="number">{whole(s.written)}</td>
                    <td className="number">{whole(s.failed)}</td>
                    <td>{b.sources.streamState(s.status)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </li>
  );
}
