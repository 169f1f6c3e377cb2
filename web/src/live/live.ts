import { open } from '@/api/client';
import type { Me } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { newId } from '@/api/id';
import type { Connection } from './connection';
import { connection } from './connection';
import type { ClientFrame } from './frames';
import { generations } from './generations';
import { kept } from './kept';
import type { OutboxItem } from './outbox';
import { newItem } from './outbox';
import type { Session } from './session';
import { addUnseen, forgetOutbox, outboxCell } from './waiting';

export { outboxCell };

/**
 * The live connection as the rest of the page sees it. What runs it is fetched once someone is signed in, after the
 * first paint; until then everything goes by plain calls, and what is written waits.
 */
const load = () => import('./session');
const AGAIN_MS = 3_000;

let person: Me | null = null;
let session: Session | null = null;
let lastAt = 0;
/** Threads on screen, and how each is left again. */
const watched = new Set<{ c: string; leave: (() => void) | null }>();

async function begin(me: Me): Promise<void> {
  try {
    const { Session } = await load();
    if (person !== me) return;
    session = new Session(me);
    session.start();
    for (const wish of watched) wish.leave = session.hub.watch(wish.c);
  } catch {
    setTimeout(() => person === me && !session && void begin(me), AGAIN_MS);
  }
}

/** Begins when someone is signed in. */
export function start(me: Me): void {
  if (person?.user.id === me.user.id && person.workspace.id === me.workspace.id) return;
  stop();
  person = me;
  void begin(me);
}

export function stop(): void {
  person = null;
  if (!session) return;
  session.stop();
  session = null;
  forgetOutbox();
}

/** Signed out: nothing stays in this browser, and no other tab goes on. */
export async function end(): Promise<void> {
  session?.tellEnd();
  stop();
  generations.clear();
  const clearing = kept.clear();
  kept.close();
  await clearing;
}

export const live = {
  /** The id of the person who is signed in. */
  me: (): string | null => person?.user.id ?? null,
  state: (): Connection => connection.get(),
  synced: (c: string): boolean => session?.hub.synced(c) ?? false,
  ready: (c: string, ms: number): Promise<boolean> =>
    session?.hub.ready(c, ms) ?? Promise.resolve(false),
  meStaleTime: (): number => (connection.get() === 'live' ? Infinity : 60_000),
  listStaleTime: (): number => (connection.get() === 'live' ? Infinity : 20_000),
  say: (frame: ClientFrame): boolean => session?.hub.say(frame) ?? false,
  /** Follows a thread while it is on screen. */
  watch: (threadId: string): (() => void) => {
    const c = `t:${threadId}`;
    const wish = { c, leave: session?.hub.watch(c) ?? null };
    watched.add(wish);
    return () => {
      watched.delete(wish);
      wish.leave?.();
    };
  },
  retry: (id: string): void => session?.retry(id),
  discard: (id: string): void => session?.discard(id),
};

/** Puts a change into the outbox. It is on the page at once, in the store next, and then on its way. */
export function put(
  part: Pick<OutboxItem, 'lane' | 'method' | 'path'> & Partial<OutboxItem>,
): OutboxItem {
  lastAt = Math.max(lastAt + 1, Date.now());
  const item = newItem({ id: newId(), at: lastAt, ...part });
  if (session) session.add(item);
  else {
    addUnseen(item);
    if (person) void kept.addToOutbox(item, person.user.id, person.workspace.id);
  }
  return item;
}

interface Change {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  lane: string;
  key: string;
  quiet?: boolean;
}

/** Makes a change now; without a network it is kept and made later. Undefined: it was kept. */
export async function callOrKeep<T>(change: Change): Promise<T | undefined> {
  const { method, path, body, lane, key, quiet = false } = change;
  const keep = () => {
    put({ method, path, body: body ?? null, lane, key, quiet });
    return undefined;
  };
  // Not past what is waiting already.
  const waits = outboxCell.get().items.some((i) => i.lane === lane && i.state !== 'failed');
  if (waits || connection.get() === 'offline') return keep();
  try {
    const response = await open(method, path, { body });
    if (response.status === 204) return undefined;
    return ((await response.json()) as { data: T }).data;
  } catch (error) {
    if (isFailure(error) && error.status === 0) return keep();
    throw error;
  }
}
