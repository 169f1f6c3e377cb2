import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Message, Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { otherBranch, showBranch } from '@/areas/rooms/otherBranch';
import type { Loaded } from '@/live/branch';
import { newerThan, place, placeNewest, UNKNOWN } from '@/live/branch';
import { orKept } from '@/live/kept';
import { live } from '@/live/live';
import { isTemporary } from '@/live/outbox';

export type { Loaded };

const PAGE = 50;

/** Puts the newest page onto what is loaded already; without common ground it stands alone. */
export function mergeNewest(before: Loaded | undefined, fresh: Loaded): Loaded {
  const first = fresh.messages[0];
  if (!before || !first) return fresh;
  const at = before.messages.findIndex((m) => m.id === first.id);
  if (at <= 0 || before.older === UNKNOWN) return fresh;
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

const SNAPSHOT_MS = 2_500;

/** The live connection brings a thread's messages by itself; where it does not, they are fetched. */
async function loadNewest(threadId: string, signal?: AbortSignal): Promise<Loaded> {
  if (await live.ready(`t:${threadId}`, SNAPSHOT_MS)) {
    const here = queryClient.getQueryData<Loaded>(keys.messages(threadId));
    if (here) return here;
  }
  const fetched = await fetchNewest(threadId, signal);
  // It may have become live meanwhile, and know more.
  const here = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  return here && live.synced(`t:${threadId}`) ? here : fetched;
}

export function useMessages(threadId: string | null) {
  return useQuery({
    queryKey: keys.messages(threadId ?? ''),
    queryFn: ({ signal, queryKey }) => orKept(queryKey, () => loadNewest(threadId ?? '', signal)),
    enabled: threadId !== null && !isTemporary(threadId),
    staleTime: () => (live.synced(`t:${threadId}`) ? Infinity : 5_000),
  });
}

export function seedEmpty(threadId: string): void {
  queryClient.setQueryData<Loaded>(keys.messages(threadId), { messages: [], older: null });
}

/** Reads the newest page again, now. */
export async function refreshMessages(threadId: string): Promise<Loaded> {
  await queryClient.cancelQueries({ queryKey: keys.messages(threadId) });
  const loaded = await fetchNewest(threadId);
  queryClient.setQueryData<Loaded>(keys.messages(threadId), loaded);
  return loaded;
}

/** Puts messages that came by themselves where they belong; where that cannot be known, reads again. */
export async function receiveMessages(threadId: string, fresh: Message[], head: string | null) {
  const key = keys.messages(threadId);
  const before = queryClient.getQueryData<Loaded>(key);
  if (!before) return;
  const next = place(before, fresh, head);
  if (next) queryClient.setQueryData<Loaded>(key, next);
  else await refreshMessages(threadId).catch(() => undefined);
}

/** The same for messages that the answer of a call brought. */
export function receiveAnswered(threadId: string, fresh: Message[], head: string): Promise<void> {
  const loaded = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  return receiveMessages(threadId, newerThan(loaded, fresh), head);
}

/** The newest messages of a thread, all of them at once. */
export function receiveNewest(threadId: string, newest: Message[]): void {
  if (otherBranch(threadId)) return;
  const key = keys.messages(threadId);
  queryClient.setQueryData<Loaded>(key, (before) => placeNewest(before, newest));
}

export async function loadOlder(threadId: string): Promise<void> {
  let now = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  if (now?.older === UNKNOWN) now = await refreshMessages(threadId);
  const { older } = now ?? {};
  if (!older) return;
  const page = await fetchPage(threadId, older);
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
