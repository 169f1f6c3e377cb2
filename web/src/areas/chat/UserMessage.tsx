import { memo, useState } from 'react';
import type { Message } from '@/api/contract';
import { useMaybeMe } from '@/areas/identity/session';
import { Avatar } from '@/components/Avatar';
import { CopyButton } from '@/components/CopyButton';
import { IconButton } from '@/components/IconButton';
import type { Sending } from '@/live/projection';
import { useText } from '@/text';
import { BranchSwitch } from './BranchSwitch';
import { EditMessage } from './EditMessage';
import { SendState } from './SendState';

interface Props {
  message: Message;
  /** How far it is, while the server does not have it. */
  sending: Sending | null;
  locked: boolean;
  onEdit: (message: Message, content: string) => void;
}

export const UserMessage = memo(
  function UserMessage({ message, sending, locked, onEdit }: Props) {
    const t = useText();
    const me = useMaybeMe();
    const [editing, setEditing] = useState(false);
    // Who wrote it is said where it was not oneself.
    const other = message.author && message.author.id !== me?.user.id ? message.author : null;
    if (editing) {
      return (
        <li className="turn turn-user">
          <EditMessage
            text={message.content}
            onCancel={() => setEditing(false)}
            onSave={(content) => {
              setEditing(false);
              onEdit(message, content);
            }}
          />
        </li>
      );
    }
    return (
      <li className="turn turn-user">
        {other ? (
          <h2 className="turn-author">
            <Avatar name={other.full_name} color={other.avatar_color} size={22} />
            {other.full_name}
          </h2>
        ) : (
          <h2 className="unseen">{t.chat.you}</h2>
        )}
        <div className="bubble">
          {message.status === 'unreadable' ? <em>{t.chat.unreadable}</em> : message.content}
        </div>
        {sending ? (
          <SendState message={message} sending={sending} />
        ) : (
          <div className="turn-tools">
            <BranchSwitch message={message} locked={locked} />
            <CopyButton text={() => message.content} label={t.chat.copyMessage} />
            <IconButton
              small
              icon="pencil"
              label={t.chat.editMessage}
              disabled={locked}
              onClick={() => setEditing(true)}
            />
          </div>
        )}
      </li>
    );
  },
  (a, b) =>
    a.message === b.message &&
    a.locked === b.locked &&
    a.sending?.state === b.sending?.state &&
    a.sending?.failure === b.sending?.failure,
);
