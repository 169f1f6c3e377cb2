import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '@/api/client';
import type { Member, Thread, ThreadMember, ThreadRole } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { amendThread, dropThread, refreshThreads } from '@/areas/chat/threads';
import { useThreadMembers } from '@/live/rooms';

/** More than one person may be in it. */
export function isShared(thread: Pick<Thread, 'visibility' | 'members'> | null | undefined) {
  return thread ? thread.visibility === 'workspace' || thread.members > 1 : false;
}

/** Everybody in the workspace; nobody, while that is not known or not for the reader to know. */
export function useWorkspacePeople(wanted: boolean): Member[] {
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: () => api.get<Member[]>('/members'),
    enabled: wanted,
    staleTime: 60_000,
    retry: false,
  });
  return data ?? NOBODY;
}

const NOBODY: Member[] = [];

export interface Person {
  id: string;
  full_name: string;
  avatar_color: string;
  email?: string;
  role: ThreadRole | null;
}

/** Those who may enter: the people it names and, where the workspace sees it, its members. */
export function entrants(thread: Thread, named: ThreadMember[], all: Member[]): Person[] {
  const emails = new Map(all.map((m) => [m.user_id, m.email]));
  const people: Person[] = named.map((m) => ({
    id: m.user_id,
    full_name: m.full_name,
    avatar_color: m.avatar_color,
    email: emails.get(m.user_id),
    role: m.role,
  }));
  if (thread.visibility !== 'workspace') return people;
  const known = new Set(people.map((p) => p.id));
  for (const m of all) {
    if (known.has(m.user_id) || m.role === 'guest') continue;
    people.push({
      id: m.user_id,
      full_name: m.full_name,
      avatar_color: m.avatar_color,
      email: m.email,
      role: null,
    });
  }
  return people;
}

const ALONE: Person[] = [];

/** The people of a thread that more than one may enter; nobody in one that is one's own. */
export function useEntrants(thread: Thread | null): Person[] {
  const shared = isShared(thread);
  const named = useThreadMembers(shared && thread ? thread.id : null).data;
  const all = useWorkspacePeople(shared);
  return useMemo(
    () => (thread && shared && named ? entrants(thread, named, all) : ALONE),
    [thread, shared, named, all],
  );
}

function change(threadId: string, work: (members: ThreadMember[]) => ThreadMember[]): void {
  const key = keys.threadMembers(threadId);
  const next = queryClient.setQueryData<ThreadMember[]>(key, (now) => now && work(now));
  if (next) amendThread(threadId, { members: next.length });
}

/** Reads a thread's people and the thread again, for what the server made of a change. */
function again(threadId: string): void {
  void queryClient.invalidateQueries({ queryKey: keys.threadMembers(threadId) });
  void queryClient.invalidateQueries({ queryKey: keys.thread(threadId) });
}

export function useAddMember(threadId: string) {
  return useMutation({
    mutationFn: (person: Member) =>
      api.post<ThreadMember>(`/threads/${threadId}/members`, { user_id: person.user_id }),
    onMutate: (person) =>
      change(threadId, (now) => [
        ...now.filter((m) => m.user_id !== person.user_id),
        {
          user_id: person.user_id,
          full_name: person.full_name,
          avatar_color: person.avatar_color,
          role: 'member',
          joined_at: new Date().toISOString(),
        },
      ]),
    onSettled: () => again(threadId),
  });
}

export function useChangeThreadRole(threadId: string) {
  return useMutation({
    mutationFn: ({ id, role }: { id: string; role: ThreadRole }) =>
      api.patch<ThreadMember>(`/threads/${threadId}/members/${id}`, { role }),
    onMutate: ({ id, role }) =>
      change(threadId, (now) => now.map((m) => (m.user_id === id ? { ...m, role } : m))),
    onSettled: () => again(threadId),
  });
}

export function useRemoveMember(threadId: string) {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/threads/${threadId}/members/${id}`),
    onMutate: (id) => change(threadId, (now) => now.filter((m) => m.user_id !== id)),
    onSettled: () => again(threadId),
  });
}

export function leaveThread(threadId: string, me: string): Promise<unknown> {
  return api.delete(`/threads/${threadId}/members/${me}`);
}

/** Nothing of a thread that one left stays on this page. */
export async function forgetThread(threadId: string): Promise<void> {
  dropThread(threadId);
  queryClient.removeQueries({ queryKey: keys.thread(threadId) });
  queryClient.removeQueries({ queryKey: keys.messages(threadId) });
  await refreshThreads();
}
