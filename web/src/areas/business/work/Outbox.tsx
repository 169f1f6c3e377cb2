import { PageSection } from '@/app/PageSection';
import { LoadError } from '@/components/LoadError';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import { useMail } from './actions';
import { recipients } from './content';

const LOOK = {
  held: 'chip-warn',
  waiting: 'chip-accent',
  sending: 'chip-accent',
  sent: 'chip-good',
  failed: 'chip-danger',
  cancelled: '',
} as const;

/** All mail that went or should have gone. */
export function Outbox() {
  const b = useBusinessText();
  const mail = useMail(true);
  if (mail.error && !mail.data) {
    return <LoadError error={mail.error} onRetry={() => void mail.refetch()} />;
  }
  const list = mail.data ?? [];
  if (list.length === 0) return null;
  const held = list.some((m) => m.state === 'held');
  return (
    <PageSection title={b.mail.title} hint={held ? b.mail.held : b.mail.hint}>
      <ul className="bpast">
        {list.map((m) => (
          <li key={m.id}>
            <details className="bhow">
              <summary>
                <span className="bpast-title">
                  {m.subject} <small>{recipients(m.to).join(', ')}</small>
                </span>
                <span className={`chip ${LOOK[m.state]}`}>{b.mail.states[m.state]}</span>
                <time className="quiet" dateTime={m.created_at}>
                  {dateTime(m.sent_at ?? m.created_at)}
                </time>
              </summary>
              <pre className="bmail-body">{m.body}</pre>
              {m.error && <p className="brun-error">{m.error}</p>}
            </details>
          </li>
        ))}
      </ul>
    </PageSection>
  );
}
