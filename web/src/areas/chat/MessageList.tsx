import { useRef, useState } from 'react';
import type { Message } from '@/api/contract';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { Shown } from '@/live/projection';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { AssistantMessage } from './AssistantMessage';
import { loadOlder } from './messages';
import { UserMessage } from './UserMessage';
import { useScrolling } from './useScrolling';

interface Props {
  threadId: string;
  rows: Shown[];
  older: string | null;
  running: boolean;
  onRegenerate: (reply: Message, model: string | null) => void;
  onEdit: (message: Message, content: string) => void;
  onContinue: (reply: Message) => void;
}

/** The messages of a thread. It stays at the end while one reads there, and leaves one alone elsewhere. */
export function MessageList({
  threadId,
  rows,
  older,
  running,
  onRegenerate,
  onEdit,
  onContinue,
}: Props) {
  const t = useText();
  const [loading, setLoading] = useState(false);
  const busy = useRef(false);
  const more = async () => {
    if (!older || busy.current) return;
    busy.current = true;
    setLoading(true);
    try {
      await loadOlder(threadId);
    } catch {
      toast(t.chat.olderFailed);
    } finally {
      busy.current = false;
      setLoading(false);
    }
  };
  const { box, inner, atEnd, toEnd } = useScrolling(rows, () => void more());

  return (
    <div className="messages-wrap">
      <div className="messages" ref={box} tabIndex={-1}>
        <div className="messages-inner" ref={inner}>
          {older && (
            <div className="older">
              <Button look="quiet" small busy={loading} onClick={() => void more()}>
                {loading ? t.common.loading : t.chat.older}
              </Button>
            </div>
          )}
          <ol className="turns" aria-label={t.chat.messages}>
            {rows.map((row, i) =>
              row.message.role === 'user' ? (
                <UserMessage
                  key={row.key}
                  message={row.message}
                  sending={row.sending}
                  locked={running}
                  onEdit={onEdit}
                />
              ) : (
                <AssistantMessage
                  key={row.key}
                  message={row.message}
                  live={row.live}
                  reconnecting={row.reconnecting}
                  failed={row.failed}
                  latest={i === rows.length - 1}
                  locked={running}
                  onRegenerate={onRegenerate}
                  onContinue={onContinue}
                />
              ),
            )}
          </ol>
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="to-end" onClick={toEnd} aria-label={t.chat.toEnd}>
          <Icon name="arrowDown" size={18} />
        </button>
      )}
    </div>
  );
}
