import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api, open } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { adminKeys } from '../keys';
import type { WorkspaceRow } from '../types';

const PAGE = 50;

export function useAllWorkspaces() {
  return useInfiniteQuery({
    queryKey: [...adminKeys.workspaces, 'pages'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<WorkspaceRow>('/admin/workspaces', { limit: PAGE, cursor: pageParam }, signal),
    getNextPageParam: (last) => last.next,
  });
}

const readAgain = () => queryClient.invalidateQueries({ queryKey: adminKeys.workspaces });

export function useChangePlan() {
  return useMutation({
    mutationFn: ({ id, plan }: { id: string; plan: WorkspaceRow['plan'] }) =>
      api.patch(`/admin/workspaces/${id}`, { plan }),
    onSettled: readAgain,
  });
}

/** The name goes along: the server compares it, too. */
export function useEraseWorkspace() {
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) => {
      await open('DELETE', `/admin/workspaces/${id}`, { body: { name } });
    },
    onSuccess: readAgain,
  });
}
