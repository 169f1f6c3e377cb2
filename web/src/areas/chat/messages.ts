import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Message, Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

const PAGE = 50;

/** What is loaded of a thread's active branch, oldest first, and the way to what is older. */
export interface Loaded {
  messages: Message[];
  older: string | null;
  /** A message whose branch is shown in place of the active one, because a link led to it. */
  branch?: string;
}

/** Puts the newest page onto what is loaded already; without common ground it stands alone. */
export function mergeNewest(before: Loaded | undefined, fresh: Loaded): Loaded {
  const first = fresh.messages[0];
  if (!before || !first) return fresh;
  const at = before.messages.findIndex((m) => m.id === first.id);
  if (at <= 0) return fresh;
  return {
    ...fresh,
    messages: [...before.messages.slice(0, at), ...fresh.messages],
    older: before.older,
  };
}

export function mergeOlder(before: Loaded, older: Loaded): Loaded {
  const known = new Set(before.messages.map((m) => m.id));
  const added = older.messages.filter((m) => !known.has(m.id));
  return { ...before, messages: [...added, ...before.messages], older: older.older };
}

async function fetchPage(
  threadId: string,
  at: { cursor?: string | null; branch?: string; limit?: number },
  signal?: AbortSignal,
): Promise<Loaded> {
  const page = await api.page<Message>(
    `/threads/${threadId}/messages`,
    { limit: PAGE, ...at },
    signal,
  );
  const loaded: Loaded = { messages: page.data.toReversed(), older: page.next };
  return at.branch === undefined ? loaded : { ...loaded, branch: at.branch };
}

async function fetchNewest(threadId: string, signal?: AbortSignal): Promise<Loaded> {
  const before = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  const fresh = await fetchPage(threadId, { branch: before?.branch }, signal);
  return mergeNewest(before, fresh);
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
  const page = await fetchPage(threadId, { cursor: now.older, branch: now.branch });
  queryClient.setQueryData<Loaded>(keys.messages(threadId), (before) =>
    before ? mergeOlder(before, page) : page,
  );
}

/** Back from a branch that a link led to. */
export function showActive(threadId: string): void {
  queryClient.setQueryData<Loaded>(keys.messages(threadId), (now) => {
    if (!now?.branch) return now;
    const { branch: _branch, ...rest } = now;
    return rest;
  });
}

const MOST_PAGES = 40;

/**
 * Loads what it takes to have a message on the page: older pages of what is shown, or, where it is on
 * another branch, that branch. Answers whether it is there.
 */
export async function loadThrough(threadId: string, messageId: string): Promise<boolean> {
  const key = keys.messages(threadId);
  const has = (loaded: Loaded | undefined) => loaded?.messages.some((m) => m.id === messageId);
  const now = () => queryClient.getQueryData<Loaded>(key);
  if (has(now())) return true;
  const message = await api.get<Message>(`/threads/${threadId}/messages/${messageId}`);
  const first = now()?.messages[0];
  // Newer than what is loaded and yet not in it: it is on another branch.
  if (!first || message.seq > first.seq) {
    queryClient.setQueryData<Loaded>(key, await fetchPage(threadId, { branch: messageId }));
  }
  for (let page = 0; page < MOST_PAGES && !has(now()) && now()?.older; page++) {
    await loadOlder(threadId);
  }
  if (has(now())) return true;
  queryClient.setQueryData<Loaded>(key, await fetchPage(threadId, { branch: messageId }));
  for (let page = 0; page < MOST_PAGES && !has(now()) && now()?.older; page++) {
    await loadOlder(threadId);
  }
  return has(now()) ?? false;
}

/** Makes the newest answer under a message the one that is shown. */
export async function switchBranch(threadId: string, messageId: string): Promise<void> {
  const thread = await api.post<Thread>(`/threads/${threadId}/head`, { message_id: messageId });
  queryClient.setQueryData(keys.thread(threadId), thread);
  showActive(threadId);
  await refreshMessages(threadId);
}
