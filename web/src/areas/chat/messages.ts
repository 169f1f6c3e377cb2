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

/** Readings that are under way; `again`: something came meanwhile that the answer may not know. */
const reading = new Map<string, { again: boolean; done: Promise<Loaded> }>();
const MOST_READINGS = 4;

/** Reads the newest page again, now. What comes by itself while it is read is never overwritten by it. */
export function refreshMessages(threadId: string): Promise<Loaded> {
  const under = reading.get(threadId);
  if (under) {
    under.again = true;
    return under.done;
  }
  const mine = { again: false, done: Promise.resolve<Loaded>({ messages: [], older: null }) };
  const read = async () => {
    await queryClient.cancelQueries({ queryKey: keys.messages(threadId) });
    let loaded: Loaded;
    let times = 0;
    do {
      mine.again = false;
      loaded = await fetchNewest(threadId);
    } while (mine.again && ++times < MOST_READINGS);
    queryClient.setQueryData<Loaded>(keys.messages(threadId), loaded);
    waiting.delete(threadId);
    return loaded;
  };
  reading.set(threadId, mine);
  mine.done = read().finally(() => reading.delete(threadId));
  return mine.done;
}

/** Messages whose place is not known yet, because one before them is still on its way. */
const waiting = new Map<string, Map<string, Message>>();
/** Threads that are read again if the way does not become known soon. */
const late = new Set<string>();
const PATIENCE_MS = 300;

/** Puts messages that came by themselves where they belong. Answers whether that could be known. */
export function receiveMessages(
  threadId: string,
  fresh: readonly Message[],
  head: string | null,
): boolean {
  const key = keys.messages(threadId);
  const before = queryClient.getQueryData<Loaded>(key);
  const under = reading.get(threadId);
  if (under) under.again = true;
  if (!before) return false;
  const pool = waiting.get(threadId) ?? new Map<string, Message>();
  for (const message of fresh) pool.set(message.id, message);
  const next = place(before, [...pool.values()], head);
  if (next) {
    queryClient.setQueryData<Loaded>(key, next);
    // Where the branch ends now was not told yet: what is not on it so far may lie on the way.
    for (const message of next.messages) pool.delete(message.id);
    if (head === null && pool.size > 0) waiting.set(threadId, pool);
    else waiting.delete(threadId);
    return true;
  }
  // What is shown already is brought up to date all the same.
  const partly = place(before, fresh, null);
  if (partly) queryClient.setQueryData<Loaded>(key, partly);
  if (!late.has(threadId)) {
    late.add(threadId);
    setTimeout(() => {
      late.delete(threadId);
      if (!waiting.delete(threadId)) return;
      void refreshMessages(threadId).catch(() => undefined);
    }, PATIENCE_MS);
  }
  waiting.set(threadId, pool);
  return false;
}

/** The same for messages that the answer of a call brought. */
export function receiveAnswered(threadId: string, fresh: Message[], head: string): boolean {
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
