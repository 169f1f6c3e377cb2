import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { AuditRow } from '@/api/contract';
import { adminKeys } from '../keys';
import type { AccessRow, AuditVerdict } from '../types';

const PAGE = 50;

/** What of the trail is shown; days as `YYYY-MM-DD`, the last one included. */
export interface TrailFilter {
  q: string;
  action: string;
  from: string;
  to: string;
}

/** Days of the person's clock as moments; the end is the beginning of the day after. */
export function momentsOf({ from, to }: { from: string; to: string }) {
  const midnight = (day: string, later: number) => {
    const date = new Date(`${day}T00:00:00`);
    if (Number.isNaN(date.getTime())) return undefined;
    date.setDate(date.getDate() + later);
    return date.toISOString();
  };
  return { from: midnight(from, 0), to: midnight(to, 1) };
}

function queryOf(filter: TrailFilter) {
  return { q: filter.q.trim(), action: filter.action.trim(), ...momentsOf(filter) };
}

export function useTrail(filter: TrailFilter) {
  const query = queryOf(filter);
  return useInfiniteQuery({
    queryKey: adminKeys.audit(query),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<AuditRow>('/admin/audit', { ...query, cursor: pageParam, limit: PAGE }, signal),
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    // To look is itself written down: only when somebody does.
    refetchOnWindowFocus: false,
  });
}

/** Reads the whole chain again, when somebody asks for it. */
export function useVerify() {
  return useMutation({
    mutationKey: adminKeys.verdict,
    mutationFn: () => api.get<AuditVerdict>('/admin/audit/verify'),
  });
}

export function useAccess(query: { user?: string; from: string; to: string }) {
  const { user, ...days } = query;
  const asked = { user, ...momentsOf(days) };
  return useInfiniteQuery({
    queryKey: adminKeys.access(asked),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<AccessRow>('/admin/access', { ...asked, cursor: pageParam, limit: PAGE }, signal),
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });
}
