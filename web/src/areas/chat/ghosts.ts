import { useMemo } from 'react';
import type { Author } from '@/api/contract';
import { useCell } from '@/live/cell';
import { isMessage } from '@/live/exchange';
import { outboxCell } from '@/live/live';
import type { OutboxItem } from '@/live/outbox';
import type { Ghost } from '@/live/projection';
import { unstored } from '@/live/unstored';

interface Body {
  content: string;
  reply_to?: string;
  reply?: boolean;
}

function ghostOf(item: OutboxItem, me: Author, answers: boolean): Ghost {
  const body = item.body as Body;
  return {
    message: unstored(
      {
        id: item.id,
        thread_id: item.lane,
        author: me,
        role: 'user',
        content: body.content,
        client_id: item.id,
        reply_to: body.reply_to ?? null,
        attachments: item.files ?? [],
      },
      item.at,
    ),
    sending: { id: item.id, state: item.state, failure: item.failure },
    asks: body.reply ?? answers,
  };
}

/** The messages of a thread that are still to be sent, as they will look. */
export function useGhosts(lane: string | null, me: Author, answers: boolean): Ghost[] {
  const { items } = useCell(outboxCell);
  const { id, full_name, avatar_color } = me;
  return useMemo(
    () =>
      items
        .filter((item) => item.lane === lane && isMessage(item))
        .map((item) => ghostOf(item, { id, full_name, avatar_color }, answers)),
    [items, lane, id, full_name, avatar_color, answers],
  );
}
