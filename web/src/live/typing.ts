import { Cell, useCell } from './cell';

const NOBODY: string[] = [];

/** The ids of the people who are writing, by thread; oneself is never among them. */
export const writers = new Cell<ReadonlyMap<string, string[]>>(new Map());

export function useTyping(threadId: string): string[] {
  return useCell(writers, (all) => all.get(threadId) ?? NOBODY);
}

/** Tells the others that one is writing, or no more. May be called with each key: it paces itself. */
export function announceTyping(_threadId: string, _on: boolean): void {
  // Filled in with the socket.
}
