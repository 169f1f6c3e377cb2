import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { momentsOf } from '../audit/audit';
import { adminKeys } from '../keys';
import type { ComplianceReport } from '../types';

export interface Days {
  from: string;
  to: string;
}

function dayOf(date: Date): string {
  const part = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}

/** The last whole days up to today. */
export function lastDays(count: number, now = new Date()): Days {
  const from = new Date(now.getFullYear(), now.getMonth(), now.getDate() - count + 1);
  return { from: dayOf(from), to: dayOf(now) };
}

export function useCompliance(days: Days) {
  const query = momentsOf(days);
  return useQuery({
    queryKey: adminKeys.compliance(query),
    queryFn: ({ signal }) => api.get<ComplianceReport>('/admin/compliance', query, signal),
    placeholderData: (before) => before,
    // Each report is written into the trail: it is made when somebody asks, and not again by itself.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}
