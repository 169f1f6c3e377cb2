import type { InfiniteData } from '@tanstack/react-query';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api, type Page } from '@/api/client';
import type { Thread, ThreadPatch } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

const PAGE = 40;
type Pages = InfiniteData<Page<Thread>, string | null>;

export function useThreads(view: { archived: boolean; q: string }) {
  return useInfiniteQuery({
    queryKey: keys.threads(view),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<Thread>(
        '/threads',
        { archived: view.archived, q: view.q || null, cursor: pageParam, limit: PAGE },
        signal,
      ),
    getNextPageParam: (last) => last.next,
    placeholderData: (previous) => previous,
  });
}

export function useThread(id: string | null) {
  return useQuery({
    queryKey: keys.thread(id ?? ''),
    queryFn: ({ signal }) => api.get<Thread>(`/threads/${id}`, {}, signal),
    enabled: id !== null,
  });
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

export function refreshThreads(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: keys.allThreads });
}

export function usePatchThread() {
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: ThreadPatch }) =>
      api.patch<Thread>(`/threads/${id}`, patch),
    onMutate: ({ id, patch }) => {
      amendThread(id, { ...patch, answers: patch.answers ?? undefined });
      if (patch.archived !== undefined) dropThread(id, (archived) => archived !== patch.archived);
    },
    onSuccess: (thread) => amendThread(thread.id, thread),
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

export async function createThread(model: string | null): Promise<Thread> {
  const thread = await api.post<Thread>('/threads', { model });
  queryClient.setQueryData(keys.thread(thread.id), thread);
  return thread;
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
