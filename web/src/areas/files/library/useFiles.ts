import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { live } from '@/live/live';
import type { FileOut } from '../contract';
import { isUnfinished } from '../useFile';

const PAGE = 48;
const ASK_MS = 2_500;

export function useFiles(view: { q: string; type: string }) {
  return useInfiniteQuery({
    queryKey: keys.files(view),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<FileOut>(
        '/files',
        { q: view.q || null, type: view.type || null, cursor: pageParam, limit: PAGE },
        signal,
      ),
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    // Where changes do not come by themselves, those that are being read are looked at again.
    refetchInterval: (query) => {
      const rows = query.state.data?.pages.flatMap((page) => page.data) ?? [];
      return live.state() !== 'live' && rows.some((f) => isUnfinished(f.status)) ? ASK_MS : false;
    },
  });
}
