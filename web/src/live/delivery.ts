import { open } from '@/api/client';
import { isFailure } from '@/api/failure';
import type { Exchange } from './exchange';
import { ASKING, isMessage } from './exchange';
import type { OutboxItem } from './outbox';
import type { Delivery } from './sender';

/** A server without answers apart sends the answer with the message: it is followed, and the message is in it. */
export type Adopt = (threadId: string, response: Response, item: OutboxItem) => Promise<Exchange>;
/** Whether a message that was refused is stored all the same. */
export type Find = (threadId: string, clientId: string) => Promise<Exchange | null>;

const CALL_MS = 30_000;
/** A server without answers apart is silent until the first word. */
const MESSAGE_MS = 180_000;

/** Sends one item, and says what came of it. Throws nothing. */
export function delivering(adopt: Adopt, find: Find) {
  return async function deliver(item: OutboxItem): Promise<Delivery> {
    const message = isMessage(item);
    const threadId = item.path.split('/')[2] ?? '';
    try {
      const response = await open(item.method, item.path, {
        body: item.body ?? undefined,
        idempotencyKey: item.id,
        signal: AbortSignal.timeout(message ? MESSAGE_MS : CALL_MS),
        ...(message ? ASKING : {}),
      });
      const type = response.headers.get('content-type') ?? '';
      if (message && type.includes('text/event-stream')) {
        return { id: item.id, status: 200, data: await adopt(threadId, response, item) };
      }
      const body = response.status === 204 ? {} : ((await response.json()) as { data?: unknown });
      const data = 'data' in body ? body.data : null;
      const made = (data as { id?: string } | null)?.id;
      return { id: item.id, status: response.status, data, made };
    } catch (error) {
      if (!isFailure(error)) return { id: item.id, status: 0 };
      if (message && error.status >= 400 && error.status !== 401 && error.status !== 429) {
        const stored = await find(threadId, item.id).catch(() => null);
        if (stored) return { id: item.id, status: 200, data: stored };
      }
      return {
        id: item.id,
        status: error.status,
        code: error.code,
        error: error.message,
        retryAfterMs: error.retryAfterMs,
      };
    }
  };
}
