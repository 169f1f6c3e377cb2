import { useEffect } from 'react';
import type { Message } from '@/api/contract';
import { useConnection } from '@/live/connection';
import { generations } from '@/live/generations';
import { live } from '@/live/live';
import { isTemporary } from '@/live/outbox';

/** How long the live connection has to bring the first of a running answer. */
const PATIENCE_MS = 4_000;

/** Follows the thread on screen, and every answer that runs in it, by the best way there is. */
export function useFollowing(threadId: string | null, messages: readonly Message[]): void {
  const state = useConnection();

  useEffect(() => {
    if (threadId && !isTemporary(threadId)) return live.watch(threadId);
  }, [threadId]);

  useEffect(() => {
    if (!threadId || state === 'offline') return;
    const running = messages.filter((m) => m.role === 'assistant' && m.status === 'streaming');
    if (running.length === 0) return;
    const join = () => {
      const synced = live.synced(`t:${threadId}`);
      for (const message of running) {
        const spoken = generations.get(message.id);
        if (!spoken || (!synced && !spoken.abort)) {
          void import('./streams').then(({ attach }) => attach(threadId, message));
        }
      }
    };
    if (state === 'fallback') {
      join();
      return;
    }
    const timer = setTimeout(join, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [threadId, messages, state]);
}
