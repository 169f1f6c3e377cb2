import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { businessKeys } from '../keys';
import type { Task } from '../types';

export function useTasks() {
  return useQuery({
    queryKey: businessKeys.tasks,
    queryFn: ({ signal }) => api.get<Task[]>('/tasks', {}, signal),
  });
}

type Change = Partial<Pick<Task, 'title' | 'notes' | 'state' | 'due_on' | 'assignee_id'>>;

function put(change: (list: Task[]) => Task[]): Task[] | undefined {
  const before = queryClient.getQueryData<Task[]>(businessKeys.tasks);
  if (before) queryClient.setQueryData(businessKeys.tasks, change(before));
  return before;
}

function back(before: Task[] | undefined): void {
  if (before) queryClient.setQueryData(businessKeys.tasks, before);
  void queryClient.invalidateQueries({ queryKey: businessKeys.tasks });
}

export function useAddTask() {
  return useMutation({
    mutationFn: (input: Change) => api.post<Task>('/tasks', input),
    onSuccess: (task) => void put((list) => [task, ...list.filter((t) => t.id !== task.id)]),
  });
}

const changing = ['tasks', 'change'];

/** On screen at once; put back where the server says no. */
export function useChangeTask() {
  return useMutation({
    mutationKey: changing,
    mutationFn: ({ id, change }: { id: string; change: Change }) =>
      api.patch<Task>(`/tasks/${id}`, change),
    onMutate: async ({ id, change }) => {
      await queryClient.cancelQueries({ queryKey: businessKeys.tasks });
      return put((list) => list.map((t) => (t.id === id ? { ...t, ...change } : t)));
    },
    // The answer to one change must not take a later one off the screen that is still on its way.
    onSuccess: (task) => {
      if (queryClient.isMutating({ mutationKey: changing }) === 1)
        put((list) => list.map((t) => (t.id === task.id ? task : t)));
    },
    onError: (_error, _input, before) => back(before),
  });
}

export function useDropTask() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/tasks/${id}`),
    onMutate: async (id) => {
      await queryClient.cancelQueries({ queryKey: businessKeys.tasks });
      return put((list) => list.filter((t) => t.id !== id));
    },
    onError: (_error, _id, before) => back(before),
  });
}

/** What is due first comes first; what has no day comes after, the newest first. */
export function inOrder(tasks: Task[]): { open: Task[]; done: Task[] } {
  const byDue = (a: Task, b: Task) =>
    (a.due_on ?? '9999').localeCompare(b.due_on ?? '9999') ||
    b.created_at.localeCompare(a.created_at);
  return {
    open: tasks.filter((t) => t.state === 'open').toSorted(byDue),
    done: tasks
      .filter((t) => t.state === 'done')
      .toSorted((a, b) => (b.done_at ?? '').localeCompare(a.done_at ?? '')),
  };
}
