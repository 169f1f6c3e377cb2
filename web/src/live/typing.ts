import { useCell } from './cell';
import { live } from './live';
import { writers } from './writers';

const NOBODY: string[] = [];
const EVERY_MS = 3_000;
const saidAt = new Map<string, number>();

export function useTyping(threadId: string): string[] {
  return useCell(writers, (all) => all.get(threadId) ?? NOBODY);
}

/** Tells the others that one is writing, or no more. May be called with each key: it paces itself. */
export function announceTyping(threadId: string, on: boolean): void {
  const last = saidAt.get(threadId);
  if (on ? last !== undefined && Date.now() - last < EVERY_MS : last === undefined) return;
  if (!live.say({ k: 'typing', c: `t:${threadId}`, on })) return;
  if (on) saidAt.set(threadId, Date.now());
  else saidAt.delete(threadId);
}
