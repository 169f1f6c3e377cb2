import { QueryClient } from '@tanstack/react-query';
import { isFailure } from './failure';

/** Only what may pass by itself is tried again: no network, or a server that is not ready. */
function retry(count: number, error: unknown): boolean {
  if (count >= 2) return false;
  return isFailure(error) ? error.status === 0 || error.status >= 502 : false;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // What cannot be read without a network is found out, and then read from what was kept.
    queries: {
      staleTime: 20_000,
      gcTime: 10 * 60_000,
      retry,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
