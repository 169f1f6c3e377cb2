import type { Message } from '@/api/contract';
import type { OutboxItem } from './outbox';

/** What a message that was sent came to; answers are named when they are still running. */
export interface Exchange {
  message?: Message | null;
  reply?: Message | null;
  replies?: Message[] | null;
}

/** How the server is asked to take a message at once, and to bring the answer apart. */
export const ASKING = {
  accept: 'application/json, text/event-stream',
  headers: { prefer: 'respond-async' },
};

export const MESSAGES_CALL = /^\/threads\/([^/]+)\/messages$/;

export function isMessage(item: OutboxItem): boolean {
  return item.method === 'POST' && MESSAGES_CALL.test(item.path);
}
