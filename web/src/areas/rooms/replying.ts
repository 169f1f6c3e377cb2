import { useSyncExternalStore } from 'react';
import type { Message } from '@/api/contract';

/** The message that the next one will quote, by thread, while this page lives. */
const byThread = new Map<string, Message>();
const listeners = new Set<() => void>();

export function setReplying(threadId: string, message: Message | null): void {
  if (message) byThread.set(threadId, message);
  else if (!byThread.delete(threadId)) return;
  for (const listener of listeners) listener();
}

export function useReplying(threadId: string): Message | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => byThread.get(threadId) ?? null,
  );
}
