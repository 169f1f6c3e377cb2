import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '@/api/client';
import { isFailure } from '@/api/failure';

/** Of a file, what it takes to choose it. */
export interface KnownFile {
  id: string;
  name: string;
  type: string;
  size: number;
  status: string;
  pages: number | null;
}

const MOST = 30;

export function useFiles(q: string) {
  return useQuery({
    queryKey: ['files', 'choosing', q],
    queryFn: async ({ signal }) =>
      (await api.page<KnownFile>('/files', { q: q || null, limit: MOST }, signal)).data,
    placeholderData: (before) => before,
    staleTime: 10_000,
    retry: false,
  });
}

/** The files with these ids; null for what is not here any more, nothing for what is not known yet. */
export function useKnownFiles(ids: string[]): Map<string, KnownFile | null> {
  const { data } = useQuery({
    queryKey: ['files', 'known', ids],
    queryFn: () =>
      Promise.all(
        ids.map(async (id): Promise<[string, KnownFile | null]> => {
          const file = await api.get<KnownFile>(`/files/${id}`).catch((error: unknown) => {
            if (isFailure(error) && error.status === 404) return null;
            throw error;
          });
          return [id, file];
        }),
      ),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
    staleTime: 60_000,
    retry: false,
  });
  return useMemo(() => new Map(data), [data]);
}
