import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { adminKeys } from '../keys';
import type { Alert, AlertSettings, AlertSettingsPatch } from '../types';

const PAGE = 30;

export function useAlerts(state: Alert['state']) {
  return useInfiniteQuery({
    queryKey: adminKeys.alertList(state),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<Alert>('/admin/alerts', { state, limit: PAGE, cursor: pageParam }, signal),
    getNextPageParam: (last) => last.next,
  });
}

const readAgain = () => queryClient.invalidateQueries({ queryKey: adminKeys.alerts });

export function useResolve() {
  return useMutation({
    mutationFn: ({ id, note }: { id: string; note: string }) =>
      api.post(`/admin/alerts/${id}/resolve`, note ? { note } : {}),
    onSettled: readAgain,
  });
}

export function useUndoResponse() {
  return useMutation({
    mutationFn: ({ id, response }: { id: string; response: string }) =>
      api.post(`/admin/alerts/${id}/responses/${response}/undo`),
    onSettled: readAgain,
  });
}

export function useAlertSettings() {
  return useQuery({
    queryKey: adminKeys.alertSettings,
    queryFn: ({ signal }) => api.get<AlertSettings>('/admin/alerts/settings', {}, signal),
  });
}

export function useSaveAlertSettings() {
  return useMutation({
    mutationFn: (patch: AlertSettingsPatch) =>
      api.patch<AlertSettings>('/admin/alerts/settings', patch),
    onSuccess: (saved) => queryClient.setQueryData(adminKeys.alertSettings, saved),
  });
}
