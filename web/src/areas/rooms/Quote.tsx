import { useText } from '@/text';
import { authorName } from './authorName';
import { messageJump } from './messageJump';
import { snippet, useQuoted } from './quoted';
import { useRoom } from './RoomContext';

/** The message that another one answers, in one line, and the way to it. */
export function Quote({ messageId }: { messageId: string }) {
  const t = useText();
  const { threadId, me } = useRoom();
  const { data, isPending, error } = useQuoted(threadId, messageId);
  if (error) return <span className="quote quote-gone">{t.rooms.message.quotedGone}</span>;
  const name = data ? authorName(data, me, t) : '';
  return (
    <button
      type="button"
      className="quote"
      aria-busy={isPending}
      onClick={() => messageJump.to(messageId)}
    >
      <span className="unseen">{t.rooms.message.quoted} </span>
      <strong>{name || '\u00a0'}</strong>
      <span>{data ? snippet(data.content) || '…' : '\u00a0'}</span>
    </button>
  );
}
