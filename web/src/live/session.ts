import { address, api, open } from '@/api/client';
import type { Me, SettingValues, ThreadShared } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { queryClient } from '@/api/queryClient';
import { adopt, findSent } from '@/areas/chat/streams';
import * as apply from './apply';
import { STALE_POLLED, doubtStale, hearStale } from './stale';
import type { Connection } from './connection';
import { connection } from './connection';
import { delivering } from './delivery';
import type { Epoch, Parts } from './frames';
import type { PageSide } from './hub';
import { Hub } from './hub';
import { kept, tookKept } from './kept';
import { keepPages } from './keeping';
import { land } from './landing';
import type { OutboxItem } from './outbox';
import { presences } from './presence';
import { Sender } from './sender';
import type { TicketAnswer, Wire } from './socket';
import { Link } from './socket';
import type { TabMessage } from './tabs';
import { Tabs } from './tabs';
import { addUnseen, outboxCell, showOutbox, unseenItems } from './waiting';
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
  'notifications',
  'members',
  ...STALE_POLLED,
]);

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

/** Values of settings that are on their way: what the server has of them is older. */
function unsentSettings(): SettingValues {
  const values: SettingValues = {};
  for (const item of outboxCell.get().items) {
    if (item.path === '/settings')
      Object.assign(values, (item.body as { values: SettingValues }).values);
  }
  return values;
}

function poll(): void {
  if (connection.get() !== 'fallback' || document.visibilityState !== 'visible') return;
  void queryClient.invalidateQueries({
    predicate: (query) => POLLED.has(String(query.queryKey[0])),
    refetchType: 'active',
  });
}

/** One person's time at this tab: the connection, what is to be sent, and the other tabs. */
export class Session {
  readonly hub: Hub;
  private readonly tabs = new Tabs();
  private readonly end = new AbortController();
  private link: Link | null = null;
  private sender: Sender | null = null;

  constructor(private readonly me: Me) {
    this.hub = new Hub(this.pageSide(), this.tabs.id, (message) => this.tabs.tell(message));
  }

  start(): void {
    apply.keepUnsent(unsentSettings);
    this.tabs.start(
      () => this.lead(),
      (message) => this.heardTab(message),
    );
    // What was written before this began.
    for (const item of unseenItems()) this.tabs.tell({ k: 'add', item });
    this.hub.setHere(document.visibilityState === 'visible' ? 'online' : 'idle');
    this.listen();
    keepPages(this.end.signal);
  }

  stop(): void {
    this.end.abort();
    this.link?.stop();
    this.sender?.stop();
    this.tabs.stop();
  }

  /** Someone signed out: no other tab goes on either. */
  tellEnd(): void {
    this.tabs.tell({ k: 'end' });
  }

  add(item: OutboxItem): void {
    if (this.sender) {
      this.sender.add(item);
      return;
    }
    addUnseen(item);
    void kept
      .addToOutbox(item, this.me.user.id, this.me.workspace.id)
      .then(() => this.tabs.tell({ k: 'add', item }));
  }

  retry(id: string): void {
    if (this.sender) this.sender.retry(id);
    else this.tabs.tell({ k: 'retry', id });
  }

  discard(id: string): void {
    if (this.sender) this.sender.discard(id);
    else this.tabs.tell({ k: 'discard', id });
  }

  private stateChanged(state: Connection): void {
    const before = connection.get();
    connection.set(state);
    if (state === 'offline' || state === 'connecting') presences.set(new Map());
    if (state === before) return;
    const reachable = state === 'live' || state === 'fallback';
    if (!reachable) return;
    this.sender?.wake();
    // What was shown from an earlier time, or missed without events, is read again.
    if (tookKept() || state === 'fallback') void queryClient.invalidateQueries();
  }

  /** Threads that come into a list are the person's, whatever was said of them before. */
  private reopen({ threads }: Parts): void {
    for (const thread of (threads ?? []) as ThreadShared[]) this.hub.reopen(`t:${thread.id}`);
  }

  private pageSide(): PageSide {
    const ownId = this.me.user.id;
    return {
      replace: (c, d) => apply.applyParts(c, d, true),
      merge: (c, d, kind, by) => {
        if (by !== undefined) this.sender?.confirm(by);
        if (kind === 'session.ended') void api.get<Me>('/auth/me').catch(() => undefined);
        apply.applyParts(c, d, false);
        hearStale(kind);
        if (kind === 'message.created' && this.hub.isOpen(c)) apply.announceNew(d, ownId);
        if (!c.startsWith('t:')) this.reopen(d);
      },
      forget: (c) => {
        apply.doubtScope(c);
        if (c.startsWith('w:')) doubtStale();
      },
      drop: apply.dropScope,
      generation: apply.applyGeneration,
      poke: (frame) => apply.applyPoke(frame, ownId),
      unseen: (c, d) => apply.applyUnseen(c, d, ownId),
      presence: (_c, d) => {
        const next = new Map(presences.get());
        for (const [id, state] of Object.entries(d)) {
          if (state === 'offline') next.delete(id);
          else next.set(id, state);
        }
        presences.set(next);
      },
      typing: (c, userId, ms) => {
        if (userId !== ownId) heardTyping(c.slice(2), userId, ms);
      },
      state: (state) => this.stateChanged(state),
      fetchSnapshot: async (url) => {
        const path = url.replace(/^.*\/api\/v1/, '');
        const signal = AbortSignal.timeout(20_000);
        const response = await open('GET', path, { signal });
        const body = (await response.json()) as Partial<{ data: unknown }>;
        return (body.data ?? body) as { e: Epoch; s: number; d: Parts };
      },
    };
  }

  private lead(): void {
    const { hub, tabs } = this;
    const link = new Link(
      { open: openWire, ticket: askTicket, random: Math.random, cid: tabs.id },
      {
        since: () => hub.since(),
        welcome: (frame) => hub.welcomed(frame),
        frames: (frames) => hub.heard(frames),
        state: (state) => hub.changed(state),
      },
    );
    this.link = link;
    const sender = new Sender({
      load: kept.outbox,
      save: kept.saveOutbox,
      deliver: delivering((threadId, response) => adopt(threadId, response), findSent),
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
    this.sender = sender;
    for (const item of unseenItems()) sender.add(item);
    void kept.claim(this.me.user.id, this.me.workspace.id).then(() => sender.start());
    hub.lead(link);
    link.start();
  }

  private heardTab(message: TabMessage): void {
    if (this.hub.hearTab(message)) {
      if (message.k === 'who') {
        // A new leader reads what is stored; what it has not is told again.
        for (const item of unseenItems()) this.tabs.tell({ k: 'add', item });
      }
      return;
    }
    switch (message.k) {
      case 'outbox':
        if (!this.sender) showOutbox(message.box);
        break;
      case 'landed':
        land(message.landed);
        break;
      case 'add':
        this.sender?.add(message.item);
        break;
      case 'retry':
        this.sender?.retry(message.id);
        break;
      case 'discard':
        this.sender?.discard(message.id);
        break;
      case 'wake':
        this.link?.wake();
        this.sender?.wake();
        break;
      case 'end':
        this.stop();
        location.assign('/sign-in');
    }
  }

  private wake(): void {
    if (this.tabs.leads) {
      this.link?.wake();
      this.sender?.wake();
    } else this.tabs.tell({ k: 'wake' });
  }

  /** Listens to what tells that the network or the person came back or went. */
  private listen(): void {
    const { signal } = this.end;
    const wake = () => this.wake();
    const seen = () => {
      const visible = document.visibilityState === 'visible';
      this.hub.setHere(visible ? 'online' : 'idle');
      if (visible) {
        wake();
        poll();
      }
    };
    const left = () => this.tabs.tell({ k: 'left', tab: this.tabs.id });
    addEventListener('online', wake, { signal });
    addEventListener('offline', () => this.link?.sleep(), { signal });
    document.addEventListener('visibilitychange', seen, { signal });
    document.addEventListener('resume', wake, { signal });
    addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
    addEventListener('pagehide', left, { signal });
    const timer = setInterval(poll, POLL_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  }
}
