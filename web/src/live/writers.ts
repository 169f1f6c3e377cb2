import { Cell } from './cell';

/** The ids of the people who are writing, by thread; oneself is never among them. */
export const writers = new Cell<ReadonlyMap<string, string[]>>(new Map());

const timers = new Map<string, ReturnType<typeof setTimeout>>();

function set(threadId: string, userId: string, on: boolean): void {
  const before = writers.get().get(threadId) ?? [];
  if (before.includes(userId) === on) return;
  const now = on ? [...before, userId] : before.filter((id) => id !== userId);
  const all = new Map(writers.get());
  if (now.length > 0) all.set(threadId, now);
  else all.delete(threadId);
  writers.set(all);
}

/** Someone writes, for so long; 0: no more. */
export function heardTyping(threadId: string, userId: string, ms: number): void {
  const key = `${threadId} ${userId}`;
  clearTimeout(timers.get(key));
  timers.delete(key);
  set(threadId, userId, ms > 0);
  if (ms <= 0) return;
  timers.set(
    key,
    setTimeout(() => {
      timers.delete(key);
      set(threadId, userId, false);
    }, ms),
  );
}
