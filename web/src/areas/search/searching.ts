import type { UseQueryOptions } from '@tanstack/react-query';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { isFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import type { Found, Mode, Place } from './contract';
import { saysSomething } from './grammar';
import { SHOWN } from './groups';

export interface Ask {
  q: string;
  mode?: Mode;
  in?: Place;
  limit: number;
}

const FRESH_MS = 2_000;

/**
 * One search. Another one takes its place: what was on the way is called off, and what was found stays on the page
 * until something newer is.
 */
export function searchOptions(ask: Ask): UseQueryOptions<Found> {
  return {
    queryKey: keys.search({ ...ask }),
    queryFn: async ({ signal }) => {
      const found = await api.get<Found>('/search', { ...ask }, signal);
      return { ...found, hits: found.hits.filter((hit) => SHOWN.includes(hit.kind)) };
    },
    enabled: saysSomething(ask.q),
    placeholderData: (before) => before,
    staleTime: FRESH_MS,
    gcTime: 2 * 60_000,
    refetchOnWindowFocus: false,
    retry: (count, error) =>
      count < 1 && isFailure(error) && (error.status === 502 || error.status === 503),
  };
}

export function useSearching(ask: Ask) {
  return useQuery(searchOptions(ask));
}
