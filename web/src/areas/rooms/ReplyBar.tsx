import type { Message } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useText } from '@/text';
import { authorName } from './authorName';
import { messageJump } from './messageJump';
import { snippet } from './quoted';

interface Props {
  message: Message;
  me: string;
  onCancel: () => void;
}

/** Above the words being written: the message they reply to. */
export function ReplyBar({ message, me, onCancel }: Props) {
  const t = useText();
  return (
    <div className="reply-bar">
      <Icon name="reply" size={16} />
      <button type="button" className="reply-words" onClick={() => messageJump.to(message.id)}>
        <strong>
          {message.author?.id === me
            ? t.rooms.message.replyingToSelf
            : t.rooms.message.replyingTo(authorName(message, me, t))}
        </strong>
        <span>{snippet(message.content)}</span>
      </button>
      <IconButton small icon="close" label={t.rooms.message.noReply} onClick={onCancel} />
    </div>
  );
}
