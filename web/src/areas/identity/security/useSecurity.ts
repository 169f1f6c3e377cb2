import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Security } from '@/api/contract';
import { queryClient } from '@/api/queryClient';

const KEY = ['security'] as const;

/** How the person signs in. */
export function useSecurity() {
  return useQuery({ queryKey: KEY, queryFn: () => api.get<Security>('/me/security') });
}

export function refreshSecurity(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}
