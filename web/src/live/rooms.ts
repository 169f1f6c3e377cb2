import type { UseQueryResult } from '@tanstack/react-query';
import { skipToken, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Message, Notification, ReadMark, ThreadMember, ThreadState } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { refreshMessages } from '@/areas/chat/messages';
import { amendThread, knownThread } from '@/areas/chat/threads';
import type { Loaded } from './branch';
import { orKept } from './kept';
import { callOrKeep, live } from './live';
import { isTemporary } from './outbox';
import { withReaction } from './reactions';

const NONE: ReadMark[] = [];

/** How far each person has read the thread, as the live connection tells. */
export function useReads(threadId: string): ReadMark[] {
  const { data } = useQuery<ReadMark[]>({ queryKey: keys.reads(threadId), queryFn: skipToken });
  return data ?? NONE;
}

export function useThreadMembers(threadId: string | null): UseQueryResult<ThreadMember[]> {
  return useQuery({
    queryKey: keys.threadMembers(threadId ?? ''),
    queryFn: ({ signal, queryKey }) =>
      orKept(queryKey, () => api.get<ThreadMember[]>(`/threads/${threadId}/members`, {}, signal)),
    enabled: threadId !== null && !isTemporary(threadId),
    staleTime: () => (live.synced(`t:${threadId}`) ? Infinity : 20_000),
  });
}

/** The newest notifications, newest first. */
export function useNotifications(): UseQueryResult<Notification[]> {
  return useQuery({
    queryKey: keys.notifications,
    queryFn: ({ signal }) => api.get<Notification[]>('/notifications', { limit: 50 }, signal),
    staleTime: live.listStaleTime,
  });
}

/** The reader has seen the thread up to here: at once on the page, then with the server. Never goes back. */
export function markRead(threadId: string, seq: number): void {
  const known = knownThread(threadId);
  if (!known || seq >= Number.MAX_SAFE_INTEGER) return;
  if (known.read_seq >= seq && !known.unread && !known.mentioned) return;
  amendThread(threadId, { read_seq: Math.max(seq, known.read_seq), unread: 0, mentioned: false });
  if (live.say({ k: 'read', c: `t:${threadId}`, s: seq })) return;
  void callOrKeep({
    method: 'POST',
    path: `/threads/${threadId}/read`,
    body: { seq },
    lane: `read:${threadId}`,
    key: `read:${threadId}`,
    quiet: true,
  }).catch(() => undefined);
}

export async function muteThread(threadId: string, muted: boolean): Promise<void> {
  amendThread(threadId, { muted });
  try {
    await callOrKeep<ThreadState>({
      method: 'PATCH',
      path: `/threads/${threadId}/state`,
      body: { muted },
      lane: `mute:${threadId}`,
      key: `mute:${threadId}`,
    });
  } catch (error) {
    amendThread(threadId, { muted: !muted });
    throw error;
  }
}

/** Adds or takes back one's own reaction: at once on the page, then with the server. */
export async function react(
  threadId: string,
  messageId: string,
  emoji: string,
  on: boolean,
): Promise<void> {
  const me = live.me();
  if (!me) return;
  queryClient.setQueryData<Loaded>(
    keys.messages(threadId),
    (loaded) =>
      loaded && {
        ...loaded,
        messages: loaded.messages.map((m) =>
          m.id === messageId ? { ...m, reactions: withReaction(m.reactions, emoji, me, on) } : m,
        ),
      },
  );
  const name = `react:${messageId}:${emoji}`;
  try {
    await callOrKeep<Message>({
      method: on ? 'PUT' : 'DELETE',
      path: `/threads/${threadId}/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`,
      lane: name,
      key: name,
    });
  } catch (error) {
    void refreshMessages(threadId).catch(() => undefined);
    throw error;
  }
}

export async function readNotifications(
  which: { ids: string[] } | { all: true } | { thread_id: string },
): Promise<void> {
  const now = new Date().toISOString();
  const meant = (n: Notification) =>
    'all' in which || ('ids' in which ? which.ids.includes(n.id) : n.thread_id === which.thread_id);
  queryClient.setQueryData<Notification[]>(keys.notifications, (rows) =>
    rows?.map((n) => (n.read_at === null && meant(n) ? { ...n, read_at: now } : n)),
  );
  const name = `notifications:${JSON.stringify(which)}`;
  await callOrKeep({
    method: 'POST',
    path: '/notifications/read',
    body: which,
    lane: 'notifications',
    key: name,
    quiet: true,
  });
}
