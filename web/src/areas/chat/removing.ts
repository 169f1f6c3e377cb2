import { toast } from '@/components/toasts';
import type { Catalogue } from '@/text';
import { describe } from '@/text/failures';
import { deleteThread, dropThread, refreshThreads } from './threads';

const UNDO_MS = 6000;
const waiting = new Map<string, ReturnType<typeof setTimeout>>();

async function remove(id: string, t: Catalogue): Promise<void> {
  waiting.delete(id);
  try {
    await deleteThread(id);
  } catch (error) {
    toast(describe(error, t));
  }
  void refreshThreads();
}

/** Takes a conversation away at once, and from the server only when there was time to undo it. */
export function removeThread(id: string, t: Catalogue): void {
  dropThread(id);
  waiting.set(
    id,
    setTimeout(() => void remove(id, t), UNDO_MS),
  );
  toast(
    t.threads.deleted,
    {
      label: t.common.undo,
      run: () => {
        clearTimeout(waiting.get(id));
        waiting.delete(id);
        void refreshThreads();
      },
    },
    UNDO_MS,
  );
}

/** Conversations on their way out stay hidden when a list is read again meanwhile. */
export function isLeaving(id: string): boolean {
  return waiting.has(id);
}
