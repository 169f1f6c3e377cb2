import { Link } from '@tanstack/react-router';
import { Button } from '@/components/Button';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Workflow } from '../types';
import { triggerWords } from './triggerWords';
import { useRunWorkflow } from './workflows';

/** A workflow in the list: what it does, when, how it went last. */
export function WorkflowItem({ flow, acts }: { flow: Workflow; acts: boolean }) {
  const t = useText();
  const b = useBusinessText();
  const run = useRunWorkflow(flow.id);
  const last = flow.last_run;
  return (
    <li className="bflow">
      <div className="bflow-words">
        <h2>
          <Link to="/business/workflows/$workflowId" params={{ workflowId: flow.id }}>
            {flow.name}
          </Link>
          {!flow.enabled && <span className="chip">{b.flows.off}</span>}
        </h2>
        <p className="quiet">
          {triggerWords(flow.trigger, b)} · {flow.steps.map((s) => b.flows.ops[s.op]).join(' → ')}
        </p>
        {flow.recipients && flow.recipients.length > 0 && (
          <p className="quiet">{b.flows.writesTo(flow.recipients.join(', '))}</p>
        )}
        {last && (
          <p className="quiet">
            {b.flows.last(b.flows.runState(last.state))}
            {` · ${ago(last.created_at)}`}
          </p>
        )}
      </div>
      {acts && (
        <Button
          small
          icon="play"
          aria-label={`${b.flows.run}: ${flow.name}`}
          busy={run.isPending}
          onClick={() =>
            run.mutate(undefined, {
              onSuccess: () => void toast(b.flows.started(flow.name)),
              onError: (error) => void toast(describe(error, t)),
            })
          }
        >
          {b.flows.run}
        </Button>
      )}
    </li>
  );
}
