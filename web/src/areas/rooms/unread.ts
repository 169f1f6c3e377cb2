import type { InfiniteData } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Page } from '@/api/client';
import { api } from '@/api/client';
import type { Thread } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { amendThread, refreshThreads } from '@/areas/chat/threads';

type Pages = InfiniteData<Page<Thread>, string | null>;

/** What a thread adds to the count: its unread messages, or, when it is muted, at most a mention. */
export function counted(thread: Pick<Thread, 'unread' | 'muted' | 'mentioned'>): number {
  if (thread.muted) return thread.mentioned ? 1 : 0;
  return thread.unread;
}

export function sumUnread(pages: Pages | undefined): number {
  return (pages?.pages ?? [])
    .flatMap((page) => page.data)
    .reduce((sum, thread) => sum + counted(thread), 0);
}

/** Everything there is in a thread counts as read. */
export function markAllRead(threadId: string): void {
  amendThread(threadId, { unread: 0, mentioned: false });
  // The server knows where the thread ends, and goes no further.
  api
    .post(`/threads/${threadId}/read`, { seq: Number.MAX_SAFE_INTEGER })
    .catch(() => void refreshThreads());
}

const cache = queryClient.getQueryCache();
const sidebar = keys.threads({ archived: false, q: '' });

/** How many messages wait in the threads of the sidebar. */
export function useUnread(): number {
  return useSyncExternalStore(
    (listener) =>
      cache.subscribe((event) => {
        if (event.type === 'updated' && event.query.queryKey[0] === keys.allThreads[0]) listener();
      }),
    () => sumUnread(queryClient.getQueryData<Pages>(sidebar)),
  );
}
