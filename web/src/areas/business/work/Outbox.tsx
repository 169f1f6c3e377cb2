import { PageSection } from '@/app/PageSection';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import { useMail, useSendMail } from './actions';
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
  const t = useText();
  const mail = useMail(true);
  const send = useSendMail();
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
              {(m.state === 'held' || m.state === 'failed') && (
                <Button
                  small
                  icon="at"
                  busy={send.isPending && send.variables === m.id}
                  onClick={() =>
                    send.mutate(m.id, { onError: (error) => void toast(describe(error, t)) })
                  }
                >
                  {b.mail.send}
                </Button>
              )}
              {m.error && <p className="brun-error">{m.error}</p>}
            </details>
          </li>
        ))}
      </ul>
    </PageSection>
  );
}
