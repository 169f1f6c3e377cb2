import type { FileBrief } from '@/areas/files/contract';

/** One change that a person made and the server does not have yet. */
export interface OutboxItem {
  /** Made here; the server knows a repeat by it. */
  id: string;
  /** Items of one lane go in order, one at a time: a thread, or `settings`. */
  lane: string;
  /** Of several with the same key only the newest is sent. */
  key: string | null;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body: unknown;
  /** A thread that is made: the id it goes by until the server gave it one. */
  makes: string | null;
  /** Nothing is shown of it, and it is let go when it is refused. */
  quiet: boolean;
  state: 'waiting' | 'sending' | 'failed';
  tries: number;
  /** Not to be tried before this time; null: not before someone signs in or the network returns. */
  due: number | null;
  failure: { status: number; code: string; error: string } | null;
  at: number;
  /** The files of a message, as they are shown until the server has it. */
  files?: FileBrief[];
}

export interface Outbox {
  items: OutboxItem[];
  /** What temporary ids have become. */
  ids: Record<string, string>;
}

export interface Answered {
  id: string;
  /** 0: nothing came back. */
  status: number;
  code?: string;
  error?: string;
  retryAfterMs?: number | null;
  /** The id of what was made. */
  made?: string;
}

const TEMPORARY = 'new-';

/** An id for a thread that the server has not made yet. */
export function temporaryId(id: string): string {
  return TEMPORARY + id;
}

export function isTemporary(threadId: string): boolean {
  return threadId.startsWith(TEMPORARY);
}

export const EMPTY: Outbox = { items: [], ids: {} };
export const MAX_TRIES = 8;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Full jitter: anywhere between at once and a limit that doubles. */
export function backoff(tries: number, jitter: number): number {
  return Math.floor(jitter * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries));
}

export function newItem(
  part: Pick<OutboxItem, 'id' | 'lane' | 'method' | 'path'> & Partial<OutboxItem>,
): OutboxItem {
  return {
    key: null,
    body: null,
    makes: null,
    quiet: false,
    state: 'waiting',
    tries: 0,
    due: 0,
    failure: null,
    at: 0,
    ...part,
  };
}

/** Names the thread of an item by its real id. */
function renamed(item: OutboxItem, from: string, to: string): OutboxItem {
  return {
    ...item,
    lane: item.lane === from ? to : item.lane,
    key: item.key?.split(from).join(to) ?? null,
    path: item.path.split(from).join(to),
  };
}

export function add(box: Outbox, item: OutboxItem): Outbox {
  if (box.items.some((i) => i.id === item.id)) return box;
  let fresh = item;
  for (const [from, to] of Object.entries(box.ids)) fresh = renamed(fresh, from, to);
  const items = box.items.filter(
    (i) => fresh.key === null || i.key !== fresh.key || i.state === 'sending',
  );
  return { ...box, items: [...items, fresh] };
}

/** What can go out now: the first of each lane, where nothing of the lane is on its way. */
export function ready(box: Outbox, now: number): OutboxItem[] {
  const lanes = new Set<string>();
  const due: OutboxItem[] = [];
  for (const item of box.items) {
    if (item.state === 'failed' || lanes.has(item.lane)) continue;
    lanes.add(item.lane);
    if (item.state === 'waiting' && item.due !== null && item.due <= now) due.push(item);
  }
  return due;
}

/** When something will be ready that is not yet; null: nothing by itself. */
export function nextDue(box: Outbox): number | null {
  const lanes = new Set<string>();
  let soonest: number | null = null;
  for (const item of box.items) {
    if (item.state === 'failed' || lanes.has(item.lane)) continue;
    lanes.add(item.lane);
    if (item.state !== 'waiting' || item.due === null) continue;
    soonest = soonest === null ? item.due : Math.min(soonest, item.due);
  }
  return soonest;
}

function change(box: Outbox, id: string, to: (item: OutboxItem) => OutboxItem): Outbox {
  return { ...box, items: box.items.map((i) => (i.id === id ? to(i) : i)) };
}

export function remove(box: Outbox, id: string): Outbox {
  return { ...box, items: box.items.filter((i) => i.id !== id) };
}

export function sending(box: Outbox, id: string): Outbox {
  return change(box, id, (i) => ({ ...i, state: 'sending' }));
}

/** Will it ever work as it is? A conflict may be a first try still running; it is not asked for ever. */
function passes(status: number, tries: number): boolean {
  if (status === 0 || status === 401 || status === 429) return true;
  if (status === 408 || status === 409 || status >= 500) return tries + 1 < MAX_TRIES;
  return false;
}

function refused(box: Outbox, item: OutboxItem, answer: Answered): Outbox {
  if (item.quiet) return remove(box, item.id);
  const { status, code = '', error = '' } = answer;
  const failed = (i: OutboxItem): OutboxItem => ({
    ...i,
    state: 'failed',
    tries: i.tries + 1,
    failure: { status, code, error },
  });
  // What was to happen in a thread that could not be made waits with it.
  const waits = (i: OutboxItem) => item.makes !== null && i.lane === item.makes && i.id !== item.id;
  return {
    ...box,
    items: box.items.map((i) => (i.id === item.id || waits(i) ? failed(i) : i)),
  };
}

/** What the server said, or that it said nothing. `jitter` is between 0 and 1. */
export function answered(box: Outbox, answer: Answered, now: number, jitter: number): Outbox {
  const item = box.items.find((i) => i.id === answer.id);
  if (!item) return box;
  if (answer.status >= 200 && answer.status < 300) {
    const rest = remove(box, item.id);
    const { makes } = item;
    const { made } = answer;
    if (makes === null || made === undefined) return rest;
    return {
      items: rest.items.map((i) => renamed(i, makes, made)),
      ids: { ...rest.ids, [makes]: made },
    };
  }
  if (!passes(answer.status, item.tries)) return refused(box, item, answer);
  const pause = Math.max(answer.retryAfterMs ?? 0, backoff(item.tries, jitter));
  return change(box, item.id, (i) => ({
    ...i,
    state: 'waiting',
    tries: i.tries + 1,
    due: answer.status === 401 ? null : now + pause,
  }));
}

/** The effect was seen, by whatever way: nothing is left to send. */
export const confirmed = remove;

/** The network is back, or someone signed in: no reason to wait longer. */
export function woken(box: Outbox): Outbox {
  return {
    ...box,
    items: box.items.map((i) => (i.state === 'waiting' ? { ...i, due: 0 } : i)),
  };
}

/** Another tab died with these on their way: nobody knows whether they arrived, so they go again. */
export function restored(box: Outbox): Outbox {
  return {
    ...box,
    items: box.items.map((i) => (i.state === 'sending' ? { ...i, state: 'waiting', due: 0 } : i)),
  };
}

/** A person lets it go; a thread that nothing is left for goes too. */
export function discarded(box: Outbox, id: string): Outbox {
  const item = box.items.find((i) => i.id === id);
  if (!item) return box;
  const items = box.items.filter(
    (i) => i.id !== id && !(item.makes !== null && i.lane === item.makes),
  );
  const alone = (i: OutboxItem) =>
    i.makes === item.lane &&
    i.state !== 'sending' &&
    !items.some((o) => o !== i && o.lane === i.lane);
  return { ...box, items: items.filter((i) => !alone(i)) };
}

/** A person asks once more; with a thread everything that waited for it. */
export function retried(box: Outbox, id: string): Outbox {
  const item = box.items.find((i) => i.id === id);
  if (!item) return box;
  const maker = box.items.find((i) => i.makes !== null && i.makes === item.lane);
  const again = (i: OutboxItem) =>
    i.state === 'failed' &&
    (i.id === id || i.id === maker?.id || (item.makes !== null && i.lane === item.makes));
  return {
    ...box,
    items: box.items.map((i) =>
      again(i) ? { ...i, state: 'waiting', tries: 0, due: 0, failure: null } : i,
    ),
  };
}
