import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Message } from '@/api/contract';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { giveStored } from '@/areas/files/attaching';
import { live } from '@/live/live';
import type { Sending } from '@/live/projection';
import { useText } from '@/text';
import { composerFocus } from './composerFocus';
import { draftText, setDraft } from './drafts';

const KEY_CODES = new Set(['NO_PROVIDER_KEY', 'INVALID_PROVIDER_KEY']);
/** What goes out at once says nothing of it. */
const SLOW_MS = 1_200;

/** How far a message is that the server does not have yet, and what can be done when it was refused. */
export function SendState({ message, sending }: { message: Message; sending: Sending }) {
  const t = useText();
  const { id, state, failure } = sending;
  const slow = useSlow(state);
  if (state !== 'failed') {
    return (
      <p className="send-state" role="status" data-waiting={slow || undefined}>
        {slow && (
          <>
            <Icon name="clock" size={14} />
            {state === 'sending' ? t.live.sending : t.live.waiting}
          </>
        )}
      </p>
    );
  }
  const empty = !draftText(message.thread_id);
  return (
    <div className="send-state" data-failed role="alert">
      <p>{failure?.error || t.live.notSent}</p>
      <div className="notice-actions">
        <Button small icon="refresh" onClick={() => live.retry(id)}>
          {t.chat.retry}
        </Button>
        {failure && KEY_CODES.has(failure.code) && (
          <Link to="/keys" className="btn btn-quiet btn-small">
            {t.chat.openKeys}
          </Link>
        )}
        {empty && (
          <Button
            look="quiet"
            small
            onClick={() => {
              setDraft(message.thread_id, message.content);
              giveStored(message.thread_id, message.attachments);
              live.discard(id);
              composerFocus.take();
            }}
          >
            {t.live.editAgain}
          </Button>
        )}
        <Button look="quiet" small onClick={() => live.discard(id)}>
          {t.live.discard}
        </Button>
      </div>
    </div>
  );
}

/** True once a state has lasted for a while. */
function useSlow(state: string): boolean {
  const [slow, setSlow] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(state), SLOW_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return slow === state;
}
