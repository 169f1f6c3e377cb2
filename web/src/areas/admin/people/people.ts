import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { adminKeys } from '../keys';
import type { OpenGrant, PersonPatch, PersonRow, WithheldThread } from '../types';

const PAGE = 40;

/** Those whose name or address holds every word. */
export function matching<T extends { full_name: string; email: string }>(
  list: T[],
  words: string,
): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((one) => {
    const text = `${one.full_name} ${one.email}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Everybody of the installation, page by page. */
export function usePeople(q: string) {
  return useInfiniteQuery({
    queryKey: adminKeys.peopleList(q),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<PersonRow>('/admin/users', { q, limit: PAGE, cursor: pageParam }, signal),
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });
}

const readAgain = () => queryClient.invalidateQueries({ queryKey: adminKeys.people });

export function useChangePerson() {
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: PersonPatch }) =>
      api.patch(`/admin/users/${id}`, patch),
    onSettled: readAgain,
  });
}

export function useSignPersonOut() {
  return useMutation({ mutationFn: (id: string) => api.post(`/admin/users/${id}/sign-out`) });
}

export function useErasePerson() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/admin/users/${id}`),
    onSuccess: readAgain,
  });
}

/** Somebody's threads without their titles. */
export function useWithheldThreads(userId: string) {
  return useQuery({
    queryKey: adminKeys.withheld(userId),
    queryFn: ({ signal }) =>
      api.get<WithheldThread[]>('/admin/threads', { user_id: userId }, signal),
  });
}

/** Opens a thread for an hour; its owner is told, with the reason. */
export function useOpenThread() {
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      api.post<OpenGrant>(`/admin/threads/${id}/open`, { reason }),
  });
}
