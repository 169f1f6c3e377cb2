import { memo, useState } from 'react';
import type { Message } from '@/api/contract';
import { CopyButton } from '@/components/CopyButton';
import { IconButton } from '@/components/IconButton';
import { Attachments } from '@/areas/files/attachments/Attachments';
import { SaidMessage } from '@/areas/rooms/SaidMessage';
import { MentionedText } from '@/areas/rooms/MentionedText';
import type { InRoom } from '@/areas/rooms/placing';
import { samePlace } from '@/areas/rooms/placing';
import { useRoom } from '@/areas/rooms/RoomContext';
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
  place: InRoom;
  onEdit: (message: Message, content: string) => void;
}

export const UserMessage = memo(
  function UserMessage({ message, sending, locked, place, onEdit }: Props) {
    const t = useText();
    const { shared, me } = useRoom();
    const [editing, setEditing] = useState(false);
    if (editing) {
      return (
        <li className="turn turn-user" data-message={message.id}>
          <EditMessage
            text={message.content}
            files={message.attachments}
            onCancel={() => setEditing(false)}
            onSave={(content) => {
              setEditing(false);
              onEdit(message, content);
            }}
          />
        </li>
      );
    }
    if (shared || (message.author && message.author.id !== me)) {
      return (
        <SaidMessage
          message={message}
          sending={sending}
          locked={locked}
          place={place}
          onEdit={() => setEditing(true)}
        />
      );
    }
    return (
      <li className="turn turn-user" data-message={message.id}>
        <h2 className="unseen">{t.chat.you}</h2>
        <Attachments files={message.attachments} />
        {(message.content !== '' || message.attachments.length === 0) && (
          <div className="bubble">
            {message.status === 'unreadable' ? (
              <em>{t.chat.unreadable}</em>
            ) : (
              <MentionedText message={message} />
            )}
          </div>
        )}
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
    a.sending?.failure === b.sending?.failure &&
    samePlace(a.place, b.place),
);
