import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Assistant } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

export function useAssistants(wanted = true) {
  return useQuery({
    queryKey: keys.assistants,
    queryFn: ({ signal }) => api.get<Assistant[]>('/assistants', {}, signal),
    enabled: wanted,
    staleTime: 60_000,
    retry: false,
  });
}

export function useAssistant(id: string | null): Assistant | null {
  return useAssistants(id !== null).data?.find((a) => a.id === id) ?? null;
}

export interface AssistantInput {
  name: string;
  system_prompt: string | null;
  style: string | null;
  model: string | null;
  knowledge: string[];
}

function put(assistant: Assistant): void {
  queryClient.setQueryData<Assistant[]>(keys.assistants, (list) =>
    [...(list ?? []).filter((a) => a.id !== assistant.id), assistant].toSorted((a, b) =>
      a.name.localeCompare(b.name),
    ),
  );
}

/** Makes one, or changes the one with this id. */
export function useSaveAssistant(id: string | null) {
  return useMutation({
    mutationFn: (input: AssistantInput) =>
      id === null
        ? api.post<Assistant>('/assistants', input)
        : api.patch<Assistant>(`/assistants/${id}`, input),
    onSuccess: put,
  });
}

export function useDeleteAssistant() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/assistants/${id}`),
    onSuccess: (_answer, id) => {
      queryClient.setQueryData<Assistant[]>(keys.assistants, (list) =>
        list?.filter((a) => a.id !== id),
      );
      // The server took it out of the chats that used it.
      void queryClient.invalidateQueries({ queryKey: ['thread'] });
      void queryClient.invalidateQueries({ queryKey: keys.allThreads });
    },
  });
}
