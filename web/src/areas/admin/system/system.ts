import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { adminKeys } from '../keys';
import type { Backup, Job, SystemState } from '../types';

const PAGE = 50;
/** A backup that runs is looked at again this often. */
const RUNNING_MS = 2000;

export function useSystem() {
  return useQuery({
    queryKey: adminKeys.system,
    queryFn: ({ signal }) => api.get<SystemState>('/admin/system', {}, signal),
  });
}

export function useJobs(state: 'failed' | 'waiting') {
  return useInfiniteQuery({
    queryKey: adminKeys.jobList(state),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<Job>('/admin/jobs', { state, limit: PAGE, cursor: pageParam }, signal),
    getNextPageParam: (last) => last.next,
  });
}

const jobsAgain = () => queryClient.invalidateQueries({ queryKey: adminKeys.jobs });

export function useRetryJob() {
  return useMutation({
    mutationFn: (id: string) => api.post(`/admin/jobs/${id}/retry`),
    onSettled: jobsAgain,
  });
}

export function useDropJob() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/admin/jobs/${id}`),
    onSettled: jobsAgain,
  });
}

export function useBackups() {
  return useQuery({
    queryKey: adminKeys.backups,
    queryFn: ({ signal }) => api.get<Backup[]>('/admin/backups', {}, signal),
    refetchInterval: ({ state }) =>
      state.data?.some((backup) => backup.state === 'running') ? RUNNING_MS : false,
  });
}

export function useBackUp() {
  return useMutation({
    mutationFn: () => api.post('/admin/backups'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: adminKeys.backups }),
  });
}
