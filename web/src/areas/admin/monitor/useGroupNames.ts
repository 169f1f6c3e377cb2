import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { providerName } from '@/areas/models/providerNames';
import { adminKeys } from '../keys';
import type { WorkspaceRow } from '../types';
import type { Split } from './address';

/** What people call the groups of a chart: the server splits by ids. */
export function useGroupNames(by: Split | undefined): (id: string) => string {
  const { data } = useQuery({
    queryKey: adminKeys.workspaces,
    queryFn: ({ signal }) => api.get<WorkspaceRow[]>('/admin/workspaces', { limit: 200 }, signal),
    enabled: by === 'workspace',
    staleTime: 5 * 60_000,
  });
  if (by === 'workspace') return (id) => data?.find((w) => w.id === id)?.name ?? id;
  return by === 'provider' ? providerName : (id) => id;
}
