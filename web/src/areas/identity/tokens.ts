import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { ApiToken, NewApiToken, TokenScope } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.tokens });

export function useTokens() {
  return useQuery({
    queryKey: keys.tokens,
    queryFn: () => api.get<ApiToken[]>('/tokens'),
  });
}

export function useCreateToken() {
  return useMutation({
    mutationFn: (input: { name: string; scopes: TokenScope[] }) =>
      api.post<NewApiToken>('/tokens', input),
    onSuccess: refresh,
  });
}

export function useRevokeToken() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/tokens/${id}`),
    onSettled: refresh,
  });
}
