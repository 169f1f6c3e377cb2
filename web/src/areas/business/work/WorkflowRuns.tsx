import { PageSection } from '@/app/PageSection';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import { useWorkflowRuns } from './workflows';

const LOOK: Record<string, string> = {
  done: 'chip-good',
  success: 'chip-good',
  failed: 'chip-danger',
  running: 'chip-accent',
};

/** What a workflow did, step by step. */
export function WorkflowRuns({ id }: { id: string }) {
  const b = useBusinessText();
  const runs = useWorkflowRuns(id);
  const list = runs.data ?? [];
  return (
    <PageSection title={b.flows.runs}>
      {runs.isPending && <Bones lines={3} height={36} />}
      {runs.error && !runs.data && (
        <LoadError error={runs.error} onRetry={() => void runs.refetch()} />
      )}
      {runs.data && list.length === 0 && <p className="quiet">{b.flows.noRuns}</p>}
      <ol className="bruns">
        {list.slice(0, 20).map((run) => (
          <li key={run.id} className="brun">
            <div className="brun-head">
              <span className={`chip ${LOOK[run.state] ?? ''}`}>{b.flows.runState(run.state)}</span>
              <time className="quiet" dateTime={run.created_at}>
                {dateTime(run.created_at)}
              </time>
            </div>
            {run.error && <p className="brun-error">{run.error}</p>}
            {run.steps.length > 0 && (
              <ol className="bstep-results">
                {run.steps.map((step, i) => (
                  <li key={i}>
                    <strong>{b.flows.op(step.op)}</strong>{' '}
                    <span className="quiet">{b.flows.runState(step.state)}</span>
                    {step.error ? (
                      <p className="brun-error">{step.error}</p>
                    ) : (
                      step.text && <p className="bstep-text">{step.text}</p>
                    )}
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ol>
    </PageSection>
  );
}
