import { Link } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { WorkflowItem } from './WorkflowItem';
import { useWorkflows } from './workflows';
import './work.css';

/** Lists of steps with a name, that run when they are told or by themselves. */
export function WorkflowsPage() {
  const b = useBusinessText();
  const acts = may(useMe(), 'business.act');
  const flows = useWorkflows();
  const list = flows.data ?? [];
  const make = (
    <Link
      to="/business/workflows/$workflowId"
      params={{ workflowId: 'new' }}
      className="btn btn-main"
    >
      <Icon name="plus" size={17} />
      {b.flows.new}
    </Link>
  );
  return (
    <BusinessFrame
      title={b.tabs.workflows}
      lead={b.flows.lead}
      tools={acts && list.length > 0 && make}
    >
      {flows.isPending && <Bones lines={4} height={56} />}
      {flows.error && !flows.data && (
        <LoadError error={flows.error} onRetry={() => void flows.refetch()} />
      )}
      {flows.data && list.length === 0 && (
        <div className="empty">
          <h2>{b.flows.none}</h2>
          <p>{b.flows.noneHint}</p>
          {acts && make}
        </div>
      )}
      <ul className="bflows">
        {list.map((flow) => (
          <WorkflowItem key={flow.id} flow={flow} acts={acts} />
        ))}
      </ul>
    </BusinessFrame>
  );
}
