import { api } from '@/api/client';
import type { Message } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Loaded } from '@/areas/chat/messages';
import { otherBranch, showBranch } from './otherBranch';

const PAGE = 200;
const MOST_PAGES = 50;

/** The branch through a message (or the one in view), from its newest message back to that one. */
async function reach(threadId: string, messageId: string, branch?: string): Promise<Loaded | null> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, next }: { data: Message[]; next: string | null } = await api.page<Message>(
      `/threads/${threadId}/messages`,
      { limit: PAGE, cursor, branch },
    );
    messages.push(...data);
    cursor = next;
    if (data.some((m) => m.id === messageId)) {
      return { messages: messages.toReversed(), older: cursor };
    }
    if (next === null) break;
  }
  return null;
}

/**
 * Loads what it takes to have a message on the page: what lies between it and the newest one, or, where
 * it is on another branch, that branch. Answers whether it is there.
 */
export async function loadThrough(threadId: string, messageId: string): Promise<boolean> {
  const key = keys.messages(threadId);
  const loaded = queryClient.getQueryData<Loaded>(key);
  if (loaded?.messages.some((m) => m.id === messageId)) return true;
  const branch = otherBranch(threadId);
  let found = await reach(threadId, messageId, branch);
  if (!found) {
    found = await reach(threadId, messageId, messageId);
    if (!found) return false;
    showBranch(threadId, messageId);
  }
  await queryClient.cancelQueries({ queryKey: key });
  queryClient.setQueryData<Loaded>(key, found);
  return true;
}
