import { useCallback } from 'react';
import type { Message } from '@/api/contract';
import { toast } from '@/components/toasts';
import { react } from '@/live/rooms';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { hasReacted } from './reactions';
import { useRoom } from './RoomContext';

/** Adds one's reaction to a message or takes it back; says so when that could not be kept. */
export function useReact(message: Message): (emoji: string) => void {
  const t = useText();
  const { threadId, me } = useRoom();
  return useCallback(
    (emoji) => {
      const on = !hasReacted(message.reactions, emoji, me);
      react(threadId, message.id, emoji, on).catch((error) => toast(describe(error, t)));
    },
    [message, threadId, me, t],
  );
}
