import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Message, Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { otherBranch, showBranch } from '@/areas/rooms/otherBranch';

const PAGE = 50;

/** What is loaded of a thread's active branch, oldest first, and the way to what is older. */
export interface Loaded {
  messages: Message[];
  older: string | null;
}

/** Puts the newest page onto what is loaded already; without common ground it stands alone. */
export function mergeNewest(before: Loaded | undefined, fresh: Loaded): Loaded {
  const first = fresh.messages[0];
  if (!before || !first) return fresh;
  const at = before.messages.findIndex((m) => m.id === first.id);
  if (at <= 0) return fresh;
  return { messages: [...before.messages.slice(0, at), ...fresh.messages], older: before.older };
}

export function mergeOlder(before: Loaded, older: Loaded): Loaded {
  const known = new Set(before.messages.map((m) => m.id));
  const added = older.messages.filter((m) => !known.has(m.id));
  return { messages: [...added, ...before.messages], older: older.older };
}

async function fetchPage(threadId: string, cursor: string | null, signal?: AbortSignal) {
  const page = await api.page<Message>(
    `/threads/${threadId}/messages`,
    { cursor, limit: PAGE, branch: otherBranch(threadId) },
    signal,
  );
  return { messages: page.data.toReversed(), older: page.next } satisfies Loaded;
}

async function fetchNewest(threadId: string, signal?: AbortSignal): Promise<Loaded> {
  const fresh = await fetchPage(threadId, null, signal);
  return mergeNewest(queryClient.getQueryData<Loaded>(keys.messages(threadId)), fresh);
}

export function useMessages(threadId: string | null) {
  return useQuery({
    queryKey: keys.messages(threadId ?? ''),
    queryFn: ({ signal }) => fetchNewest(threadId ?? '', signal),
    enabled: threadId !== null,
    staleTime: 5_000,
  });
}

export function seedEmpty(threadId: string): void {
  queryClient.setQueryData<Loaded>(keys.messages(threadId), { messages: [], older: null });
}

/** Shows a message before the server has it. */
export function addMessage(threadId: string, message: Message): void {
  queryClient.setQueryData<Loaded>(keys.messages(threadId), (now) =>
    now ? { ...now, messages: [...now.messages, message] } : now,
  );
}

/** Reads the newest page again, now. */
export async function refreshMessages(threadId: string): Promise<Loaded> {
  await queryClient.cancelQueries({ queryKey: keys.messages(threadId) });
  const loaded = await fetchNewest(threadId);
  queryClient.setQueryData<Loaded>(keys.messages(threadId), loaded);
  return loaded;
}

export async function loadOlder(threadId: string): Promise<void> {
  const now = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  if (!now?.older) return;
  const page = await fetchPage(threadId, now.older);
  queryClient.setQueryData<Loaded>(keys.messages(threadId), (before) =>
    before ? mergeOlder(before, page) : page,
  );
}

/** Makes the newest answer under a message the one that is shown. */
export async function switchBranch(threadId: string, messageId: string): Promise<void> {
  const thread = await api.post<Thread>(`/threads/${threadId}/head`, { message_id: messageId });
  queryClient.setQueryData(keys.thread(threadId), thread);
  showBranch(threadId, null);
  await refreshMessages(threadId);
}
