import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { KeyCheck, KeyScope, Provider } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

export function useProviders() {
  return useQuery({
    queryKey: keys.providers,
    queryFn: ({ signal }) => api.get<Provider[]>('/providers', {}, signal),
    staleTime: 30_000,
  });
}

/** Keys decide which models there are. */
function refresh(): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.providers }),
    queryClient.invalidateQueries({ queryKey: keys.models }),
  ]);
}

export interface KeyInput {
  key: string;
  base_url: string | null;
  scope: KeyScope;
}

export function useSaveKey(provider: string) {
  return useMutation({
    mutationFn: ({ base_url, ...rest }: KeyInput) =>
      api.put<KeyCheck>(`/providers/${provider}/key`, base_url ? { ...rest, base_url } : rest),
    onSuccess: () => refresh(),
  });
}

export function useCheckKey(provider: string) {
  return useMutation({
    mutationFn: (scope: KeyScope) =>
      api.post<KeyCheck>(`/providers/${provider}/key/check`, { scope }),
    onSettled: () => refresh(),
  });
}

export function useRemoveKey(provider: string) {
  return useMutation({
    mutationFn: (scope: KeyScope) => api.delete(`/providers/${provider}/key`, { scope }),
    onSettled: () => refresh(),
  });
}
