import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { businessKeys } from '../keys';
import type { Action, Mail } from '../types';

export function useActions(state: 'proposed' | '') {
  return useQuery({
    queryKey: businessKeys.actionList(state),
    queryFn: ({ signal }) => api.get<Action[]>('/actions', { state }, signal),
  });
}

/** How many wait for a yes. */
export function useWaiting(wanted: boolean): number {
  const { data } = useQuery({
    queryKey: businessKeys.actionList('proposed'),
    queryFn: ({ signal }) => api.get<Action[]>('/actions', { state: 'proposed' }, signal),
    enabled: wanted,
    staleTime: 60_000,
    retry: false,
  });
  return data?.length ?? 0;
}

/** An action as it is now: what an answer carries is as old as the answer. */
export function useAction(given: Action): Action {
  const { data } = useQuery({
    queryKey: businessKeys.action(given.id),
    queryFn: ({ signal }) => api.get<Action>(`/actions/${given.id}`, {}, signal),
    placeholderData: given,
    retry: false,
  });
  return data ?? given;
}

function keep(action: Action | undefined): void {
  if (action?.id) queryClient.setQueryData(businessKeys.action(action.id), action);
  void queryClient.invalidateQueries({ queryKey: businessKeys.actions });
  void queryClient.invalidateQueries({ queryKey: businessKeys.mail });
  void queryClient.invalidateQueries({ queryKey: businessKeys.tasks });
}

const readAgain = () => void queryClient.invalidateQueries({ queryKey: businessKeys.actions });

/** Yes, to exactly what is on screen: its hash goes along. */
export function useConfirm() {
  return useMutation({
    mutationFn: (action: Action) =>
      api.post<Action>(`/actions/${action.id}/confirm`, {
        hash: action.hash,
        // The button opens only once each of them is ticked.
        accept_warnings: action.warnings.length > 0,
      }),
    onSuccess: keep,
    onError: readAgain,
  });
}

export function useCancel() {
  return useMutation({
    mutationFn: (id: string) => api.post<Action>(`/actions/${id}/cancel`),
    onSuccess: keep,
    onError: readAgain,
  });
}

export function useUndo() {
  return useMutation({
    mutationFn: (id: string) => api.post<Action>(`/actions/${id}/undo`),
    onSuccess: keep,
    onError: readAgain,
  });
}

export function useEditAction(id: string) {
  return useMutation({
    mutationFn: (content: Record<string, unknown>) =>
      api.patch<Action>(`/actions/${id}`, { content }),
    onSuccess: keep,
  });
}

export function usePropose() {
  return useMutation({
    mutationFn: (input: { kind: Action['kind']; content: Record<string, unknown> }) =>
      api.post<Action>('/actions', input),
    onSuccess: keep,
  });
}

/** Sends what was held once more. */
export function useSendMail() {
  return useMutation({
    mutationFn: (id: string) => api.post<Mail>(`/mail/${id}/send`),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: businessKeys.mail }),
  });
}

export function useMail(wanted: boolean) {
  return useQuery({
    queryKey: businessKeys.mail,
    queryFn: ({ signal }) => api.get<Mail[]>('/mail', {}, signal),
    enabled: wanted,
  });
}
