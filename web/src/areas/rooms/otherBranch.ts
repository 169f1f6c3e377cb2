import { Cell, useCell } from '@/live/cell';

/** Where a link led to a message of another branch: that message, by thread, until one goes back. */
const shown = new Cell<ReadonlyMap<string, string>>(new Map());

/** The message whose branch is shown in place of the one in view; undefined for the one in view. */
export function otherBranch(threadId: string): string | undefined {
  return shown.get().get(threadId);
}

export function showBranch(threadId: string, messageId: string | null): void {
  const next = new Map(shown.get());
  if (messageId) next.set(threadId, messageId);
  else if (!next.delete(threadId)) return;
  shown.set(next);
}

export function useOtherBranch(threadId: string): boolean {
  return useCell(shown, (all) => all.has(threadId));
}
