import type { Message } from '@/api/contract';
import { Attachments } from '@/areas/files/attachments/Attachments';
import { BranchSwitch } from '@/areas/chat/BranchSwitch';
import { SendState } from '@/areas/chat/SendState';
import type { Sending } from '@/live/projection';
import { useText } from '@/text';
import { AuthorLine } from './AuthorLine';
import { MentionedText } from './MentionedText';
import { MessageMore } from './MessageMore';
import { NewLine } from './NewLine';
import type { InRoom } from './placing';
import { Quote } from './Quote';
import { ReactionAdd } from './ReactionAdd';
import { ReactionChips } from './ReactionChips';
import { ReadMarks } from './ReadMarks';
import { ReplyButton } from './ReplyButton';
import { useRoom } from './RoomContext';
import { Time } from './Time';

interface Props {
  message: Message;
  /** How far it is, while the server does not have it. */
  sending: Sending | null;
  locked: boolean;
  place: InRoom;
  onEdit: () => void;
}

/** What a person said where others are: whose words they are, and what the others made of them. */
export function SaidMessage({ message, sending, locked, place, onEdit }: Props) {
  const t = useText();
  const { me, writes } = useRoom();
  const mine = message.author?.id === me;
  const worded = message.content !== '' || message.attachments.length === 0;
  return (
    <li
      className="turn turn-said"
      data-message={message.id}
      data-mine={mine || undefined}
      data-joined={place.joined || undefined}
    >
      {place.fresh && <NewLine />}
      {mine ? (
        <h2 className="unseen">{t.chat.you}</h2>
      ) : (
        <AuthorLine message={message} quiet={place.joined} />
      )}
      <Attachments files={message.attachments} />
      <div className="said">
        {(worded || message.reply_to) && (
          <div className="bubble">
            {message.reply_to && <Quote messageId={message.reply_to} />}
            {message.status === 'unreadable' ? (
              <em>{t.chat.unreadable}</em>
            ) : (
              <MentionedText message={message} />
            )}
          </div>
        )}
        {!sending && (
          <div className="said-tools">
            <span className="said-wide">
              <ReactionAdd message={message} />
              {writes && <ReplyButton message={message} />}
            </span>
            <MessageMore
              message={message}
              onEdit={mine && writes && !locked ? onEdit : undefined}
            />
            {(mine || place.joined) && <Time iso={message.created_at} />}
          </div>
        )}
      </div>
      {sending && <SendState message={message} sending={sending} />}
      <ReactionChips message={message} />
      <BranchSwitch message={message} locked={locked || !writes} />
      <ReadMarks readers={place.readers} />
    </li>
  );
}
