import { Link, useParams } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { WorkflowEditor } from './WorkflowEditor';
import { WorkflowRuns } from './WorkflowRuns';
import { WorkflowTools } from './WorkflowTools';
import { useWorkflows } from './workflows';
import './work.css';

/** A new workflow, or one that is changed, with what it did. */
export function WorkflowPage() {
  const b = useBusinessText();
  const { workflowId } = useParams({ from: '/inside/business/workflows/$workflowId' });
  const acts = may(useMe(), 'business.act');
  const flows = useWorkflows();
  const fresh = workflowId === 'new';
  const flow = flows.data?.find((f) => f.id === workflowId) ?? null;
  return (
    <BusinessFrame
      title={fresh ? b.flows.new : (flow?.name ?? b.tabs.workflows)}
      above={
        <Link to="/business/workflows" className="bback">
          <Icon name="left" size={15} />
          {b.tabs.workflows}
        </Link>
      }
      tools={flow && acts && <WorkflowTools flow={flow} />}
    >
      {!fresh && flows.isPending && <Bones lines={6} height={40} />}
      {flows.error && !flows.data && (
        <LoadError error={flows.error} onRetry={() => void flows.refetch()} />
      )}
      {!fresh && flows.data && !flow && <Notice>{b.flows.gone}</Notice>}
      {(fresh || flow) && <WorkflowEditor key={workflowId} flow={flow} locked={!acts} />}
      {flow && <WorkflowRuns id={flow.id} />}
    </BusinessFrame>
  );
}
