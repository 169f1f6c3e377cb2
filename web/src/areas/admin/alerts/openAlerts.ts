import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { adminKeys } from '../keys';
import type { Alert } from '../types';

/** More than these are not counted: the badge only says that there is something. */
const MOST = 50;

/** How many alerts are open; nobody is told of a failure to ask. */
export function useOpenAlerts(wanted: boolean): number {
  const { data } = useQuery({
    queryKey: adminKeys.alertList('badge'),
    queryFn: ({ signal }) =>
      api.get<Alert[]>('/admin/alerts', { state: 'open', limit: MOST }, signal),
    enabled: wanted,
    staleTime: 60_000,
    retry: false,
  });
  return data?.length ?? 0;
}
