import type { InfiniteData } from '@tanstack/react-query';
import { api, type Page } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { FileOut } from './contract';

type Pages = InfiniteData<Page<FileOut>, string | null>;

/** A file as the server has it now, wherever it is shown. What only a call for one file tells stays. */
export function receiveFile(file: FileOut): void {
  queryClient.setQueryData<FileOut>(keys.file(file.id), (before) => ({
    ...file,
    threads: file.threads ?? before?.threads,
  }));
  queryClient.setQueriesData<Pages>(
    { queryKey: keys.allFiles },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          data: page.data.map((row) => (row.id === file.id ? { ...row, ...file } : row)),
        })),
      },
  );
}

/** Files that are not there any more. */
export function loseFiles(ids: readonly string[]): void {
  const gone = new Set(ids);
  queryClient.setQueriesData<Pages>(
    { queryKey: keys.allFiles },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          data: page.data.filter((row) => !gone.has(row.id)),
        })),
      },
  );
  for (const id of ids) {
    // Where it is on screen, asking for it says that it is gone.
    queryClient.removeQueries({ queryKey: keys.file(id), type: 'inactive' });
    void queryClient.invalidateQueries({ queryKey: keys.file(id) });
  }
}

/** Files that may be gone for this reader: whoever shows them asks again. */
export function doubtFiles(ids: readonly string[]): void {
  void queryClient.invalidateQueries({ queryKey: keys.allFiles });
  for (const id of ids) void queryClient.invalidateQueries({ queryKey: keys.file(id) });
}

/** What an event told of files: whole rows, or only that some changed. */
export function receiveFiles(rows: readonly Partial<FileOut>[]): void {
  for (const row of rows) {
    if (row.id && row.status) receiveFile(row as FileOut);
    else if (row.id) void queryClient.invalidateQueries({ queryKey: keys.file(row.id) });
  }
  const known = new Set(
    queryClient
      .getQueriesData<Pages>({ queryKey: keys.allFiles })
      .flatMap(([, list]) => list?.pages.flatMap((p) => p.data.map((f) => f.id)) ?? []),
  );
  if (rows.some((row) => row.id && !known.has(row.id))) {
    void queryClient.invalidateQueries({ queryKey: keys.allFiles });
  }
}

export async function loadFile(id: string, signal?: AbortSignal): Promise<FileOut> {
  return api.get<FileOut>(`/files/${id}`, {}, signal);
}
