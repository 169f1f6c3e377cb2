import { useRef, useState } from 'react';
import type { Message, Thread } from '@/api/contract';
import { Button } from '@/components/Button';
import { placesOf, ALONE } from '@/areas/rooms/placing';
import { useRoom } from '@/areas/rooms/RoomContext';
import { useJumping } from '@/areas/rooms/useJumping';
import { useReading } from '@/areas/rooms/useReading';
import '@/areas/rooms/said.css';
import { useReads } from '@/live/rooms';
import type { Shown } from '@/live/projection';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { AssistantMessage } from './AssistantMessage';
import { loadOlder } from './messages';
import { ToEnd } from './ToEnd';
import { UserMessage } from './UserMessage';
import { useScrolling } from './useScrolling';

interface Props {
  threadId: string;
  thread: Thread | null;
  rows: Shown[];
  older: string | null;
  running: boolean;
  /** A message to begin at, from a link. */
  linked: string | null;
  onRegenerate: (reply: Message, model: string | null) => void;
  onEdit: (message: Message, content: string) => void;
  onContinue: (reply: Message) => void;
  onStop: (reply: Message) => void;
}

/** The messages of a thread. It stays at the end while one reads there, and leaves one alone elsewhere. */
export function MessageList({
  threadId,
  thread,
  rows,
  older,
  running,
  linked,
  onRegenerate,
  onEdit,
  onContinue,
  onStop,
}: Props) {
  const t = useText();
  const { me, shared } = useRoom();
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
  const { box, inner, atEnd, toEnd, letGo, settle } = useScrolling(rows, me, () => void more());
  const messages = rows.map((row) => row.message);
  const reads = useReads(threadId);
  const reading = useReading({ threadId, me, messages, thread, atEnd, counts: shared });
  useJumping({ threadId, inner, rows, letGo, settle, linked, fresh: reading.fresh });
  const places = shared ? placesOf(messages, reads, reading.fresh, me) : [];
  const several = rows.filter((row) => row.message.status === 'streaming').length > 1;

  return (
    <div className="messages-wrap" data-room={shared || undefined}>
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
                  place={places[i] ?? ALONE}
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
                  place={places[i] ?? ALONE}
                  onRegenerate={onRegenerate}
                  onContinue={onContinue}
                  onStop={several ? onStop : undefined}
                />
              ),
            )}
          </ol>
        </div>
      </div>
      {!atEnd && <ToEnd below={reading.below} onGo={toEnd} />}
    </div>
  );
}
