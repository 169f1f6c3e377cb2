import { useSyncExternalStore } from 'react';
import type { Failure } from '@/api/failure';

/** What went wrong with the last thing asked in a thread, until it is dismissed or asked again. */
export interface Problem {
  failure: Failure;
  retry: (() => void) | null;
}

const byThread = new Map<string, Problem>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setProblem(threadId: string, problem: Problem | null): void {
  if (problem) byThread.set(threadId, problem);
  else if (!byThread.delete(threadId)) return;
  for (const listener of listeners) listener();
}

export function useProblem(threadId: string): Problem | null {
  return useSyncExternalStore(subscribe, () => byThread.get(threadId) ?? null);
}
