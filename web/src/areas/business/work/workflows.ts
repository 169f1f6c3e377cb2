import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { live } from '@/live/live';
import { businessKeys } from '../keys';
import type { Workflow, WorkflowRun } from '../types';

export function useWorkflows() {
  return useQuery({
    queryKey: businessKeys.workflows,
    queryFn: ({ signal }) => api.get<Workflow[]>('/workflows', {}, signal),
  });
}

/** A run that has not ended. */
export function goesOn(run: WorkflowRun | null | undefined): boolean {
  return run?.state === 'running' || run?.state === 'waiting';
}

export function useWorkflowRuns(id: string) {
  return useQuery({
    queryKey: businessKeys.workflowRuns(id),
    queryFn: ({ signal }) => api.get<WorkflowRun[]>(`/workflows/${id}/runs`, {}, signal),
    refetchInterval: (query) =>
      live.state() !== 'live' && query.state.data?.some(goesOn) ? 1_500 : false,
  });
}

export type WorkflowInput = Pick<Workflow, 'name' | 'steps' | 'trigger' | 'enabled'>;

// Not waited for: what was changed may leave the page by it, and what follows is to be done before.
const readAgain = () => void queryClient.invalidateQueries({ queryKey: businessKeys.workflows });

/** Makes one, or changes the one with this id. */
export function useSaveWorkflow(id: string | null) {
  return useMutation({
    mutationFn: (input: Partial<WorkflowInput>) =>
      id === null
        ? api.post<Workflow>('/workflows', input)
        : api.patch<Workflow>(`/workflows/${id}`, input),
    onSuccess: readAgain,
  });
}

export function useDropWorkflow() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/workflows/${id}`),
    onSuccess: readAgain,
  });
}

export function useRunWorkflow(id: string) {
  return useMutation({
    mutationFn: () => api.post<WorkflowRun>(`/workflows/${id}/run`),
    onSettled: readAgain,
  });
}
