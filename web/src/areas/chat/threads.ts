import type { InfiniteData } from '@tanstack/react-query';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { isLeaving } from './removing';
import { api, type Page } from '@/api/client';
import type { Thread, ThreadPatch, ThreadShared } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { orKept } from '@/live/kept';
import { callOrKeep, live } from '@/live/live';
import { isTemporary } from '@/live/outbox';

const PAGE = 40;
type Pages = InfiniteData<Page<Thread>, string | null>;

export function useThreads(view: { archived: boolean; q: string }) {
  return useInfiniteQuery({
    queryKey: keys.threads(view),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const read = () =>
        api.page<Thread>(
          '/threads',
          { archived: view.archived, q: view.q || null, cursor: pageParam, limit: PAGE },
          signal,
        );
      return pageParam === null ? orKept(keys.threads(view), read) : read();
    },
    staleTime: live.listStaleTime,
    getNextPageParam: (last) => last.next,
    placeholderData: (previous) => previous,
  });
}

export function useThread(id: string | null) {
  return useQuery({
    queryKey: keys.thread(id ?? ''),
    queryFn: ({ signal, queryKey }) =>
      orKept(queryKey, () => api.get<Thread>(`/threads/${id}`, {}, signal)),
    enabled: id !== null && !isTemporary(id),
    staleTime: () => (live.synced(`t:${id}`) ? Infinity : 20_000),
  });
}

/** A thread as far as any list or page has it. */
export function knownThread(id: string): Thread | null {
  const own = queryClient.getQueryData<Thread>(keys.thread(id));
  if (own) return own;
  for (const [, pages] of queryClient.getQueriesData<Pages>({ queryKey: keys.allThreads })) {
    for (const page of pages?.pages ?? []) {
      const found = page.data.find((t) => t.id === id);
      if (found) return found;
    }
  }
  return null;
}

function isOlder(a: Thread, b: Thread): boolean {
  return a.last_message_at < b.last_message_at;
}

/** What a thread is to a reader of whom nothing of it is known yet. */
export const NOTHING_OWN = {
  draft: null,
  running: false,
  role: 'member',
  unread: 0,
  mentioned: false,
  read_seq: 0,
  muted: false,
} satisfies Partial<Thread>;

/** Puts a thread into every list where it belongs, at its place, and takes it out of the others. */
export function receiveThread(shared: ThreadShared | Thread): void {
  const known = knownThread(shared.id);
  const thread: Thread = { ...NOTHING_OWN, ...known, ...shared };
  amendThread(shared.id, shared);
  if (isLeaving(shared.id)) return;
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: keys.allThreads })) {
    const view = key[1] as { archived: boolean; q: string } | undefined;
    // What fits the words of a search only the server knows.
    if (!pages?.pages || !view || view.q) continue;
    const next = pages.pages.map((p) => ({ ...p, data: p.data.filter((t) => t.id !== shared.id) }));
    if (view.archived === thread.archived) {
      const at = next.findIndex((p) => p.data.some((t) => isOlder(t, thread)));
      const page = next[at];
      const last = next.at(-1);
      if (page) {
        const place = page.data.findIndex((t) => isOlder(t, thread));
        page.data.splice(place, 0, thread);
      } else if (last && last.next === null) last.data.push(thread);
    }
    queryClient.setQueryData<Pages>(key, { ...pages, pages: next });
  }
}

export async function refreshThread(id: string): Promise<void> {
  const thread = await api.get<Thread>(`/threads/${id}`).catch(() => null);
  if (thread) amendThread(id, thread);
}

/** Puts a change of one thread into every list that shows it, and into the thread itself. */
export function amendThread(id: string, change: Partial<Thread>): void {
  queryClient.setQueryData<Thread>(keys.thread(id), (t) => t && { ...t, ...change });
  queryClient.setQueriesData<Pages>({ queryKey: keys.allThreads }, (pages) =>
    pages?.pages
      ? {
          ...pages,
          pages: pages.pages.map((page) => ({
            ...page,
            data: page.data.map((t) => (t.id === id ? { ...t, ...change } : t)),
          })),
        }
      : pages,
  );
}

/** Takes a thread out of the lists that match, at once. */
export function dropThread(id: string, fits: (archived: boolean) => boolean = () => true): void {
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: keys.allThreads })) {
    const view = key[1] as { archived: boolean } | undefined;
    if (!pages?.pages || !fits(view?.archived ?? false)) continue;
    queryClient.setQueryData<Pages>(key, {
      ...pages,
      pages: pages.pages.map((p) => ({ ...p, data: p.data.filter((t) => t.id !== id) })),
    });
  }
}

/** Reads the lists again, unless they are kept up to date anyway or nothing can be read. */
export function refreshThreads(): Promise<void> {
  if (live.state() === 'offline') return Promise.resolve();
  return queryClient.invalidateQueries({ queryKey: keys.allThreads });
}

export function usePatchThread() {
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: ThreadPatch }) =>
      callOrKeep<Thread>({
        method: 'PATCH',
        path: `/threads/${id}`,
        body: patch,
        lane: id,
        key: `thread:${id}:${Object.keys(patch).sort().join(',')}`,
      }),
    onMutate: ({ id, patch }) => {
      amendThread(id, { ...patch, answers: patch.answers ?? undefined });
      if (patch.archived !== undefined) dropThread(id, (archived) => archived !== patch.archived);
    },
    onSuccess: (thread) => thread && amendThread(thread.id, thread),
    onError: (_error, { id }) => void refreshThread(id),
    onSettled: () => refreshThreads(),
  });
}

/** When the server is asked whether it has found a title, in milliseconds after the answer. */
const TITLE_AFTER = [300, 900, 2_500, 6_000, 12_000];

/** A title is made after the first answer, by a model that takes its time: looks for it until it is there. */
export async function awaitTitle(id: string): Promise<void> {
  for (const pause of TITLE_AFTER) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const known = queryClient.getQueryData<Thread>(keys.thread(id));
    if (!known || known.title) return;
    const thread = await api.get<Thread>(`/threads/${id}`).catch(() => null);
    if (thread?.title) {
      amendThread(id, { title: thread.title });
      return;
    }
  }
}

/** A new conversation with everything up to a message. */
export async function forkThread(threadId: string, messageId: string): Promise<Thread> {
  const thread = await api.post<Thread>(`/threads/${threadId}/fork`, { message_id: messageId });
  queryClient.setQueryData(keys.thread(thread.id), thread);
  void refreshThreads();
  return thread;
}

export async function deleteThread(id: string): Promise<void> {
  await api.delete(`/threads/${id}`);
  dropThread(id);
  queryClient.removeQueries({ queryKey: keys.thread(id) });
  queryClient.removeQueries({ queryKey: keys.messages(id) });
}
