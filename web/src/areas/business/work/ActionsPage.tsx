import { PageSection } from '@/app/PageSection';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { ActionCard } from './ActionCard';
import { ActionRow } from './ActionRow';
import { useActions } from './actions';
import { NewMail } from './NewMail';
import { Outbox } from './Outbox';
import './work.css';

/** What waits for a yes, and what was done. */
export function ActionsPage() {
  const b = useBusinessText();
  const me = useMe();
  const all = useActions('');
  const list = all.data ?? [];
  const open = list.filter((a) => a.state === 'proposed');
  const fresh = list.filter((a) => a.state === 'waiting' || a.state === 'confirmed');
  const past = list.filter((a) => !open.includes(a) && !fresh.includes(a));
  return (
    <BusinessFrame
      title={b.tabs.actions}
      lead={b.actions.lead}
      tools={may(me, 'business.act') && <NewMail />}
    >
      {all.isPending && <Bones lines={4} height={64} />}
      {all.error && !all.data && <LoadError error={all.error} onRetry={() => void all.refetch()} />}
      {all.data && (
        <div className="bactions">
          {open.length + fresh.length === 0 && (
            <div className="empty">
              <h2>{b.actions.none}</h2>
              <p>{b.actions.noneHint}</p>
            </div>
          )}
          {[...fresh, ...open].map((action) => (
            <ActionCard key={action.id} action={action} />
          ))}
        </div>
      )}
      {past.length > 0 && (
        <PageSection title={b.actions.history}>
          <ul className="bpast">
            {past.map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
        </PageSection>
      )}
      {may(me, 'business.manage') && <Outbox />}
    </BusinessFrame>
  );
}
