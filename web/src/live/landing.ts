import type { Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { receiveAnswered, seedEmpty } from '@/areas/chat/messages';
import { amendThread, dropThread, receiveThread, refreshThreads } from '@/areas/chat/threads';
import type { Exchange } from './exchange';
import { MESSAGES_CALL } from './exchange';
import { generations } from './generations';
import { live } from './live';
import type { OutboxItem } from './outbox';

/** An item of the outbox that the server took, and what it answered. */
export interface Landed {
  item: OutboxItem;
  data: unknown;
}

const THREAD_CALL = /^\/threads\/([^/]+)$/;

/** Shows on the page, in every tab, what came of something sent. */
export function land({ item, data }: Landed): void {
  if (item.makes !== null) {
    const thread = data as Thread;
    queryClient.setQueryData(keys.thread(thread.id), thread);
    if (!queryClient.getQueryData(keys.messages(thread.id))) seedEmpty(thread.id);
    dropThread(item.makes);
    receiveThread(thread);
    return;
  }
  const threadId = MESSAGES_CALL.exec(item.path)?.[1];
  if (threadId && item.method === 'POST') {
    const exchange = (data ?? {}) as Exchange;
    const replies = exchange.replies ?? (exchange.reply ? [exchange.reply] : []);
    const fresh = [...(exchange.message ? [exchange.message] : []), ...replies];
    if (exchange.message) generations.shownAs.set(exchange.message.id, item.id);
    const last = fresh.at(-1);
    if (last) receiveAnswered(threadId, fresh, last.id);
    amendThread(threadId, { last_message_at: new Date().toISOString() });
    if (live.state() !== 'live') void refreshThreads();
    return;
  }
  const changed = THREAD_CALL.exec(item.path)?.[1];
  if (changed && item.method === 'PATCH' && data) {
    const thread = data as Thread;
    amendThread(changed, thread);
    receiveThread(thread);
  }
}
