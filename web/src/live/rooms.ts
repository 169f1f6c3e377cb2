import type { UseQueryResult } from '@tanstack/react-query';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Notification, ReadMark, ThreadMember } from '@/api/contract';
import { keys } from '@/api/keys';

const NONE: ReadMark[] = [];

/** How far each person has read the thread, as the live connection tells. */
export function useReads(threadId: string): ReadMark[] {
  const { data } = useQuery<ReadMark[]>({ queryKey: keys.reads(threadId), enabled: false });
  return data ?? NONE;
}

export function useThreadMembers(threadId: string | null): UseQueryResult<ThreadMember[]> {
  return useQuery({
    queryKey: keys.threadMembers(threadId ?? ''),
    queryFn: ({ signal }) => api.get<ThreadMember[]>(`/threads/${threadId}/members`, {}, signal),
    enabled: threadId !== null,
  });
}

/** The newest notifications, newest first. */
export function useNotifications(): UseQueryResult<Notification[]> {
  return useQuery({
    queryKey: keys.notifications,
    queryFn: ({ signal }) => api.get<Notification[]>('/notifications', { limit: 50 }, signal),
  });
}

/** The reader has seen the thread up to here: at once on the page, then with the server. Never goes back. */
export function markRead(_threadId: string, _seq: number): void {
  // Filled in with the outbox.
}

export function muteThread(_threadId: string, _muted: boolean): void {
  // Filled in with the outbox.
}

/** Adds or takes back one's own reaction: at once on the page, then with the server. */
export function react(_threadId: string, _messageId: string, _emoji: string, _on: boolean): void {
  // Filled in with the outbox.
}

export function readNotifications(_which: { ids: string[] } | { all: true }): void {
  // Filled in with the outbox.
}
