import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { isFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import { live } from '@/live/live';
import type { FileBrief, FileOut, FileStatus } from './contract';
import { loadFile } from './store';
import { subscribeThumbs, type Thumb, thumbOf } from './thumbs';

/** While it is made ready: what changes comes by itself where the connection is live, and is asked for where it is not. */
const ASK_MS = 1_500;
const ASK_LIVE_MS = 8_000;

export function isUnfinished(status: FileStatus): boolean {
  return status === 'scanning' || status === 'processing';
}

function everyWhile(status: FileStatus | undefined): number | false {
  if (status === undefined || !isUnfinished(status)) return false;
  return live.state() === 'live' ? ASK_LIVE_MS : ASK_MS;
}

export function useFile(id: string) {
  return useQuery({
    queryKey: keys.file(id),
    queryFn: ({ signal }) => loadFile(id, signal),
    staleTime: 60_000,
    refetchInterval: (query) => everyWhile(query.state.data?.status),
  });
}

export function isGone(error: unknown): boolean {
  return isFailure(error) && (error.status === 404 || error.status === 403);
}

const RANK: Record<FileStatus, number> = { scanning: 0, processing: 1, ready: 2, rejected: 2 };

/** A file of a message as it is now: what the message says of it, or what came later. */
export function useBrief(brief: FileBrief): { file: FileBrief; gone: boolean } {
  const unfinished = isUnfinished(brief.status);
  const { data, error } = useQuery({
    queryKey: keys.file(brief.id),
    queryFn: ({ signal }) => loadFile(brief.id, signal),
    // What is ready needs no second call.
    enabled: unfinished,
    staleTime: 5_000,
    refetchInterval: (query) =>
      isGone(query.state.error) ? false : everyWhile(query.state.data?.status ?? brief.status),
  });
  const later = data && RANK[data.status] >= RANK[brief.status] ? data : null;
  return { file: later ?? brief, gone: isGone(error) };
}

/** The person's own picture, until the server's is there. */
export function useThumb(key: string): Thumb | null {
  return useSyncExternalStore(subscribeThumbs, () => thumbOf(key));
}

export type { FileOut };
