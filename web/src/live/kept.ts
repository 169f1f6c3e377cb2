import type { QueryKey } from '@tanstack/react-query';
import { isFailure } from '@/api/failure';
import type { Outbox, OutboxItem } from './outbox';

/**
 * What is kept in this browser: the newest conversations to read without a network, and what is still to be sent.
 * The database is loaded when it is first needed; where there is none, nothing is kept and all else goes on.
 */
const load = () => import('./database');

let closed = false;

async function quietly<T>(work: (db: Awaited<ReturnType<typeof load>>) => Promise<T>, or: T) {
  if (closed) return or;
  try {
    return await work(await load());
  } catch {
    return or;
  }
}

export const kept = {
  claim: (userId: string, workspaceId: string): Promise<void> =>
    quietly((db) => db.claim(userId, workspaceId), undefined),
  read: <T>(key: QueryKey): Promise<T | undefined> =>
    quietly((db) => db.readKept(JSON.stringify(key)) as Promise<T | undefined>, undefined),
  write: (rows: { key: QueryKey; value: unknown }[]): Promise<void> =>
    quietly(
      (db) => db.writeKept(rows.map((r) => ({ key: JSON.stringify(r.key), value: r.value }))),
      undefined,
    ),
  drop: (keys: QueryKey[]): Promise<void> =>
    quietly((db) => db.dropKept(keys.map((key) => JSON.stringify(key))), undefined),
  /** Nothing of one person stays for the next. */
  clear: (): Promise<void> => quietly((db) => db.clearAll(), undefined),
  outbox: (): Promise<Outbox | null> => quietly((db) => db.readOutbox(), null),
  saveOutbox: (before: Outbox, after: Outbox): Promise<void> =>
    quietly((db) => db.saveOutbox(before, after), undefined),
  addToOutbox: (item: OutboxItem, userId: string, workspaceId: string): Promise<void> =>
    quietly((db) => db.addToOutbox(item, userId, workspaceId), undefined),
  /** Signed out: not one more row. */
  close: () => {
    closed = true;
  },
};

let used = false;

/** True once, when something old was shown because nothing newer could be had. */
export function tookKept(): boolean {
  const was = used;
  used = false;
  return was;
}

/** Fetches; without a network, what was kept of an earlier time. */
export async function orKept<T>(key: QueryKey, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    if (isFailure(error) && error.status === 0) {
      const old = await kept.read<T>(key);
      if (old !== undefined) {
        used = true;
        return old;
      }
    }
    throw error;
  }
}
