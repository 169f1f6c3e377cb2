import type { Message } from '@/api/contract';
import { composerFocus } from '@/areas/chat/composerFocus';
import { IconButton } from '@/components/IconButton';
import { useText } from '@/text';
import { setReplying } from './replying';
import { useRoom } from './RoomContext';

/** Begins a reply that quotes the message. */
export function ReplyButton({ message }: { message: Message }) {
  const t = useText();
  const { threadId } = useRoom();
  return (
    <IconButton
      small
      icon="reply"
      label={t.rooms.message.reply}
      onClick={() => {
        setReplying(threadId, message);
        composerFocus.take();
      }}
    />
  );
}
