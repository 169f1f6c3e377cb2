import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api } from '@/api/client';
import { newId } from '@/api/id';
import { live } from '@/live/live';
import { businessKeys } from '../keys';
import type { AskAnswer } from '../types';

/** A question of the page, and its answer when it is there. */
export interface Asked {
  id: string;
  question: string;
  answer: AskAnswer | null;
  error: unknown;
}

export type AskStep =
  | { do: 'ask'; id: string; question: string }
  | { do: 'answer'; id: string; answer: AskAnswer }
  | { do: 'fail'; id: string; error: unknown }
  | { do: 'drop'; id: string }
  | { do: 'clear' };

/** The questions of the page, the oldest first. */
export function askStep(list: Asked[], step: AskStep): Asked[] {
  switch (step.do) {
    case 'ask': {
      const fresh = { id: step.id, question: step.question, answer: null, error: null };
      return list.some((a) => a.id === step.id)
        ? list.map((a) => (a.id === step.id ? fresh : a))
        : [...list, fresh];
    }
    case 'answer':
      return list.map((a) => (a.id === step.id ? { ...a, answer: step.answer, error: null } : a));
    case 'fail':
      return list.map((a) => (a.id === step.id ? { ...a, error: step.error } : a));
    case 'drop':
      return list.filter((a) => a.id !== step.id);
    case 'clear':
      return [];
  }
}

let list: Asked[] = [];
let of: string | null = null;
const listeners = new Set<() => void>();
const NONE: Asked[] = [];

function take(step: AskStep): void {
  list = askStep(list, step);
  for (const listener of listeners) listener();
}

/** Questions belong to who asked them: the next person begins anew. */
function mine(): Asked[] {
  return of === null || of === live.me() ? list : NONE;
}

export function useAsked(): Asked[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, mine);
}

export function startAnew(): void {
  take({ do: 'clear' });
}

async function send(id: string, question: string): Promise<void> {
  try {
    // The server goes on from the last number that was asked for outside of a thread, in the days of the workspace.
    const answer = await api.post<AskAnswer>('/ai/query', { question });
    take({ do: 'answer', id, answer });
  } catch (error) {
    take({ do: 'fail', id, error });
  }
}

/** One after the other: a question may go on from the one before, which is answered first. */
let last: Promise<void> = Promise.resolve();

function put(id: string, question: string): void {
  last = last.then(() => send(id, question));
}

export function ask(question: string): void {
  const words = question.trim();
  if (!words) return;
  if (of !== null && of !== live.me()) startAnew();
  of = live.me();
  const id = newId();
  take({ do: 'ask', id, question: words });
  put(id, words);
}

export function askAgain(asked: Asked): void {
  take({ do: 'ask', id: asked.id, question: asked.question });
  put(asked.id, asked.question);
}

/** How an answer came about, as it was stored. */
export function useStoredAnswer(id: string | null) {
  return useQuery({
    queryKey: businessKeys.query(id ?? ''),
    queryFn: ({ signal }) => api.get<AskAnswer>(`/ai/queries/${id}`, {}, signal),
    enabled: id !== null,
    staleTime: Infinity,
  });
}
