import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { FileOut } from '@/areas/files/contract';
import { loadFile, receiveFile } from '@/areas/files/store';
import { isGone } from '@/areas/files/useFile';

const KNOWN = ['knowledge'];

async function known(id: string): Promise<[string, FileOut | null]> {
  try {
    const file = await queryClient.fetchQuery({
      queryKey: keys.file(id),
      queryFn: ({ signal }) => loadFile(id, signal),
      staleTime: 10_000,
    });
    return [id, file];
  } catch (error) {
    if (isGone(error)) return [id, null];
    throw error;
  }
}

/** The files with these ids; null for what is not here any more, nothing for what is not known yet. */
export function useKnownFiles(ids: string[]): Map<string, FileOut | null> {
  const { data } = useQuery({
    queryKey: [...KNOWN, ids],
    queryFn: () => Promise.all(ids.map(known)),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
    staleTime: 10_000,
    retry: false,
  });
  return useMemo(() => new Map(data), [data]);
}

/** Lets everyone in the workspace open these files: an assistant answers everyone from what it knows. */
export function useOpenFiles() {
  return useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) {
        receiveFile(await api.patch<FileOut>(`/files/${id}`, { visibility: 'workspace' }));
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: KNOWN }),
  });
}
