import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { adminKeys } from '../keys';
import type { Budget, BudgetIn } from '../types';

/** What models cost is counted in. */
export const CURRENCY = 'USD';

/** From here on it is said that a budget runs out. */
const NEAR = 0.8;

export type Level = 'calm' | 'near' | 'over';

/** Shares of the limit, cut at one so that they can be drawn; and how near the end is. */
export function progressOf(budget: Pick<Budget, 'limit_minor' | 'spent_minor' | 'reserved_minor'>) {
  const limit = Math.max(1, budget.limit_minor);
  const spent = Math.max(0, budget.spent_minor) / limit;
  const reserved = Math.max(0, budget.reserved_minor) / limit;
  const level: Level = spent >= 1 ? 'over' : spent + reserved >= NEAR ? 'near' : 'calm';
  const drawn = Math.min(1, spent);
  return { share: spent, spent: drawn, reserved: Math.min(1 - drawn, reserved), level };
}

/** What is nearest to its end comes first. */
export function byNeed(list: Budget[]): Budget[] {
  return [...list].sort((x, y) => progressOf(y).share - progressOf(x).share);
}

export function useBudgets() {
  return useQuery({
    queryKey: adminKeys.budgets,
    queryFn: ({ signal }) => api.get<Budget[]>('/budgets', {}, signal),
  });
}

const readAgain = () => queryClient.invalidateQueries({ queryKey: adminKeys.budgets });

/** Without an id it is a new one. What a budget is about stays as it is, and how long. */
export function useSaveBudget(id: string | null) {
  return useMutation({
    mutationFn: (budget: BudgetIn) =>
      id === null
        ? api.post<Budget>('/budgets', budget)
        : api.patch<Budget>(`/budgets/${id}`, {
            limit_minor: budget.limit_minor,
            hard: budget.hard,
          }),
    onSuccess: readAgain,
  });
}

export function useDeleteBudget() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/budgets/${id}`),
    onSettled: readAgain,
  });
}
