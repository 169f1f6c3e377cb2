import type { InfiniteData } from '@tanstack/react-query';
import type { Page } from '@/api/client';
import type { Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { folded } from '@/areas/rooms/mentions';
import { kept } from '@/live/kept';
import type { Hit } from './contract';

const LIST = keys.threads({ archived: false, q: '' });

/** The chats that this page has in hand, each once, the newest first. */
export function knownThreads(): Thread[] {
  const all = new Map<string, Thread>();
  const lists = queryClient.getQueriesData<InfiniteData<Page<Thread>>>({
    queryKey: keys.allThreads,
  });
  for (const [, list] of lists) {
    for (const page of list?.pages ?? []) for (const t of page.data) all.set(t.id, t);
  }
  return [...all.values()].toSorted((a, b) => (a.last_message_at < b.last_message_at ? 1 : -1));
}

/** Those, and the ones that were kept for reading without a network. */
export async function keptThreads(): Promise<Thread[]> {
  const known = knownThreads();
  const page = await kept.read<Page<Thread>>(LIST);
  const ids = new Set(known.map((t) => t.id));
  return [...known, ...(page?.data ?? []).filter((t) => !ids.has(t.id))];
}

/** Where the words stand in a title, in UTF-16 units; null when one of them is not there. */
export function marksIn(title: string, words: string): [number, number][] | null {
  // One unit for one, so that the places agree.
  const plain = [...title].map((c) => ({ c, f: folded(c) }));
  const text = plain.map((p) => p.f).join('');
  const marks: [number, number][] = [];
  for (const word of folded(words).replace(/["*]/g, '').split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word);
    if (at < 0) return null;
    marks.push([place(plain, at), place(plain, at + word.length)]);
  }
  return marks;
}

/** Where a place in the folded text lies in the text itself. */
function place(plain: { c: string; f: string }[], at: number): number {
  let folded = 0;
  let real = 0;
  for (const { c, f } of plain) {
    if (folded >= at) break;
    folded += f.length;
    real += c.length;
  }
  return real;
}

export interface Titled {
  thread: Thread;
  marks: [number, number][];
}

/** The chats whose title has all the words. */
export function titled(threads: Thread[], words: string): Titled[] {
  return threads.flatMap((thread) => {
    const marks = marksIn(thread.title ?? '', words);
    return marks ? [{ thread, marks }] : [];
  });
}

/** A chat of which only the title is known, as a hit. */
export function titleHit({ thread, marks }: Titled): Hit {
  return {
    kind: 'thread',
    id: thread.id,
    thread_id: thread.id,
    file_id: null,
    page: null,
    title: thread.title,
    snippet: thread.title ?? '',
    marks,
    score: 0,
    twins: 0,
    author: null,
    created_at: thread.last_message_at,
  };
}
