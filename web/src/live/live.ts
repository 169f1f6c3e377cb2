import { address, api, open } from '@/api/client';
import type { Me, SettingValues } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { newId } from '@/api/id';
import { queryClient } from '@/api/queryClient';
import * as apply from './apply';
import { Cell } from './cell';
import type { Connection } from './connection';
import { connection, pending } from './connection';
import { delivering } from './delivery';
import type { Adopt, Find } from './delivery';
import type { ClientFrame, Epoch, Parts } from './frames';
import { generations } from './generations';
import type { PageSide } from './hub';
import { Hub } from './hub';
import { kept, tookKept } from './kept';
import { keepPages } from './keeping';
import { land } from './landing';
import type { Outbox, OutboxItem } from './outbox';
import { add, EMPTY, newItem } from './outbox';
import { presences } from './presence';
import { Sender } from './sender';
import type { TicketAnswer, Wire } from './socket';
import { Link } from './socket';
import type { TabMessage } from './tabs';
import { Tabs } from './tabs';
import { heardTyping } from './writers';

/** How often the page asks again where nothing comes by itself. */
const POLL_MS = 15_000;
const LIVE_PATH = '/live';
/** What is asked again without a live connection. */
const POLLED = new Set([
  'threads',
  'thread',
  'messages',
  'thread-members',
  'reads',
  'notifications',
  'members',
]);

/** What is still to be sent, as the page shows it. */
export const outboxCell = new Cell<Outbox>(EMPTY);

interface Session {
  me: Me;
  hub: Hub;
  tabs: Tabs;
  link: Link | null;
  sender: Sender | null;
  end: AbortController;
}

let session: Session | null = null;
/** Written in this tab and not yet seen in what the leader says it has. */
let unseen: OutboxItem[] = [];
let lastAt = 0;
let streams: { adopt: Adopt; find: Find } | null = null;

/** The chat area follows answers where the live connection cannot bring them. */
export function followStreams(how: { adopt: Adopt; find: Find }): void {
  streams = how;
}

async function askTicket(signal: AbortSignal): Promise<TicketAnswer> {
  try {
    const { ticket } = await api.post<{ ticket: string }>('/live/ticket', {}, { signal });
    return { ok: true, ticket };
  } catch (error) {
    if (!isFailure(error) || error.status === 0) return { ok: false, why: 'network' };
    const { status, retryAfterMs } = error;
    if (status === 404 || status === 405 || status === 501) return { ok: false, why: 'missing' };
    if (status === 401 || status === 403) return { ok: false, why: 'closed' };
    return { ok: false, why: 'busy', retryAfterMs };
  }
}

function openWire(ticket: string | null): Wire {
  const url = new URL(address(LIVE_PATH), location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = ticket === null ? ['trb.v1'] : ['trb.v1', `tkt.${ticket}`];
  return new WebSocket(url, protocols) as Wire;
}

function showOutbox(box: Outbox): void {
  const ids = new Set(box.items.map((i) => i.id));
  unseen = unseen.filter((i) => !ids.has(i.id));
  let all = box;
  for (const item of unseen) all = add(all, item);
  outboxCell.set(all);
  pending.set(all.items.filter((i) => !i.quiet).length);
}

/** Values of settings that are on their way: what the server has of them is older. */
function unsentSettings(): SettingValues {
  const values: SettingValues = {};
  for (const item of outboxCell.get().items) {
    if (item.path === '/settings')
      Object.assign(values, (item.body as { values: SettingValues }).values);
  }
  return values;
}
function stateChanged(state: Connection): void {
  const before = connection.get();
  connection.set(state);
  if (state === 'offline' || state === 'connecting') presences.set(new Map());
  if (state === before) return;
  const reachable = state === 'live' || state === 'fallback';
  if (!reachable) return;
  session?.sender?.wake();
  // What was shown from an earlier time, or missed without events, is read again.
  if (tookKept() || state === 'fallback') void queryClient.invalidateQueries();
}

function pageSide(): PageSide {
  return {
    replace: (c, d) => apply.applyParts(c, d, true),
    merge: (c, d, kind, by) => {
      if (by !== undefined) session?.sender?.confirm(by);
      if (kind === 'session.ended') void api.get<Me>('/auth/me').catch(() => undefined);
      apply.applyParts(c, d, false);
    },
    forget: apply.doubtScope,
    drop: apply.dropScope,
    generation: apply.applyGeneration,
    poke: (frame) => apply.applyPoke(frame, session?.me.user.id ?? null),
    unseen: (c, d) => apply.applyUnseen(c, d, session?.me.user.id ?? null),
    presence: (_c, d) => {
      const next = new Map(presences.get());
      for (const [id, state] of Object.entries(d)) {
        if (state === 'offline') next.delete(id);
        else next.set(id, state);
      }
      presences.set(next);
    },
    typing: (c, userId, ms) => {
      if (userId !== session?.me.user.id) heardTyping(c.slice(2), userId, ms);
    },
    state: stateChanged,
    fetchSnapshot: async (url) => {
      const path = url.replace(/^.*\/api\/v1/, '');
      const signal = AbortSignal.timeout(20_000);
      const response = await open('GET', path, { signal });
      const body = (await response.json()) as Partial<{ data: unknown }>;
      return (body.data ?? body) as { e: Epoch; s: number; d: Parts };
    },
  };
}

function leads(now: Session): void {
  const { hub, tabs } = now;
  const link = new Link(
    { open: openWire, ticket: askTicket, random: Math.random, cid: tabs.id },
    {
      since: () => hub.since(),
      welcome: (frame) => hub.welcomed(frame),
      frames: (frames) => hub.heard(frames),
      state: (state) => hub.changed(state),
    },
  );
  now.link = link;
  const sender = new Sender({
    load: kept.outbox,
    save: kept.saveOutbox,
    deliver: delivering(
      (threadId, response, item) => {
        if (!streams) throw new Error('nobody follows streams');
        return streams.adopt(threadId, response, item);
      },
      async (threadId, clientId) => (await streams?.find(threadId, clientId)) ?? null,
    ),
    changed: (box) => {
      showOutbox(box);
      tabs.tell({ k: 'outbox', box });
    },
    landed: (item, data) => {
      land({ item, data });
      tabs.tell({ k: 'landed', landed: { item, data } });
    },
    random: Math.random,
  });
  now.sender = sender;
  for (const item of unseen) sender.add(item);
  void kept.claim(now.me.user.id, now.me.workspace.id).then(() => sender.start());
  hub.lead(link);
  link.start();
}

function heardTab(now: Session, message: TabMessage): void {
  if (now.hub.hearTab(message)) {
    if (message.k === 'who') {
      // A new leader reads what is stored; what it has not is told again.
      for (const item of unseen) now.tabs.tell({ k: 'add', item });
    }
    return;
  }
  switch (message.k) {
    case 'outbox':
      if (!now.sender) showOutbox(message.box);
      break;
    case 'landed':
      land(message.landed);
      break;
    case 'add':
      now.sender?.add(message.item);
      break;
    case 'retry':
      now.sender?.retry(message.id);
      break;
    case 'discard':
      now.sender?.discard(message.id);
      break;
    case 'wake':
      now.link?.wake();
      now.sender?.wake();
      break;
    case 'end':
      stop();
      location.assign('/sign-in');
  }
}

function wake(now: Session): void {
  if (now.tabs.leads) {
    now.link?.wake();
    now.sender?.wake();
  } else now.tabs.tell({ k: 'wake' });
}

function poll(): void {
  if (connection.get() !== 'fallback' || document.visibilityState !== 'visible') return;
  void queryClient.invalidateQueries({
    predicate: (query) => POLLED.has(String(query.queryKey[0])),
    refetchType: 'active',
  });
}

/** Listens to what tells that the network or the person came back or went. */
function listen(now: Session): void {
  const { signal } = now.end;
  const seen = () => {
    const visible = document.visibilityState === 'visible';
    now.hub.setHere(visible ? 'online' : 'idle');
    if (visible) {
      wake(now);
      poll();
    }
  };
  addEventListener('online', () => wake(now), { signal });
  addEventListener('offline', () => now.link?.sleep(), { signal });
  document.addEventListener('visibilitychange', seen, { signal });
  document.addEventListener('resume', () => wake(now), { signal });
  addEventListener('pageshow', (event) => event.persisted && wake(now), { signal });
  addEventListener('pagehide', () => now.tabs.tell({ k: 'left', tab: now.tabs.id }), { signal });
  const timer = setInterval(poll, POLL_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** Begins when someone is signed in. */
export function start(me: Me): void {
  if (session?.me.user.id === me.user.id && session.me.workspace.id === me.workspace.id) return;
  stop();
  const tabs = new Tabs();
  const hub = new Hub(pageSide(), tabs.id, (message) => tabs.tell(message));
  const now: Session = { me, hub, tabs, link: null, sender: null, end: new AbortController() };
  session = now;
  apply.keepUnsent(unsentSettings);
  tabs.start(
    () => leads(now),
    (message) => heardTab(now, message),
  );
  hub.setHere(document.visibilityState === 'visible' ? 'online' : 'idle');
  listen(now);
  keepPages(now.end.signal);
}

export function stop(): void {
  const now = session;
  session = null;
  if (!now) return;
  now.end.abort();
  now.link?.stop();
  now.sender?.stop();
  now.tabs.stop();
  unseen = [];
  showOutbox(EMPTY);
}

/** Signed out: nothing stays in this browser, and no other tab goes on. */
export async function end(): Promise<void> {
  session?.tabs.tell({ k: 'end' });
  stop();
  generations.clear();
  const clearing = kept.clear();
  kept.close();
  await clearing;
}

export const live = {
  /** The id of the person who is signed in. */
  me: (): string | null => session?.me.user.id ?? null,
  state: (): Connection => connection.get(),
  synced: (c: string): boolean => session?.hub.synced(c) ?? false,
  ready: (c: string, ms: number): Promise<boolean> =>
    session?.hub.ready(c, ms) ?? Promise.resolve(false),
  meStaleTime: (): number => (connection.get() === 'live' ? Infinity : 60_000),
  listStaleTime: (): number => (connection.get() === 'live' ? Infinity : 20_000),
  say: (frame: ClientFrame): boolean => session?.hub.say(frame) ?? false,
  /** Follows a thread while it is on screen. */
  watch: (threadId: string): (() => void) =>
    session?.hub.watch(`t:${threadId}`) ?? (() => undefined),
  retry: (id: string): void => {
    if (session?.sender) session.sender.retry(id);
    else session?.tabs.tell({ k: 'retry', id });
  },
  discard: (id: string): void => {
    if (session?.sender) session.sender.discard(id);
    else session?.tabs.tell({ k: 'discard', id });
  },
};

/** Puts a change into the outbox. It is on the page at once, in the store next, and then on its way. */
export function put(
  part: Pick<OutboxItem, 'lane' | 'method' | 'path'> & Partial<OutboxItem>,
): OutboxItem {
  lastAt = Math.max(lastAt + 1, Date.now());
  const item = newItem({ id: newId(), at: lastAt, ...part });
  if (session?.sender) session.sender.add(item);
  else {
    unseen.push(item);
    showOutbox(outboxCell.get());
    void kept.addToOutbox(item).then(() => session?.tabs.tell({ k: 'add', item }));
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
