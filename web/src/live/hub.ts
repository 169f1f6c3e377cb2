import type { Connection } from './connection';
import type {
  ClientFrame,
  GenFrame,
  GenSnapFrame,
  Parts,
  PokeFrame,
  Position,
  ServerFrame,
  SharedFrame,
  WelcomeFrame,
} from './frames';
import type { ScopeInput, ScopeState } from './scope';
import { newScope, position, reopened, step } from './scope';
import type { Link } from './socket';
import type { TabMessage } from './tabs';

/** What the live connection does to the page. */
export interface PageSide {
  replace(c: string, d: Parts): void;
  merge(c: string, d: Parts, kind: string, by: string | undefined): void;
  /** All that is known of the scope is in doubt. */
  forget(c: string): void;
  /** Nothing of the scope may be shown any more. */
  drop(c: string): void;
  /** True when the whole text must be asked for. */
  generation(frame: GenFrame | GenSnapFrame): boolean;
  poke(frame: PokeFrame): void;
  /** Something was written in a thread that is followed, but not open in this tab. */
  unseen(c: string, d: Parts): void;
  presence(c: string, d: Record<string, 'online' | 'idle' | 'offline'>): void;
  typing(c: string, userId: string, ms: number): void;
  state(state: Connection, u: string | null, w: string | null): void;
  fetchSnapshot(url: string): Promise<{ e: string | number; s: number; d: Parts }>;
}

interface TabWish {
  scopes: Set<string>;
  here: 'online' | 'idle';
  heardAt: number;
}

/** How many messages of a thread its snapshot brings. */
export const LAST = 50;
/** How long a thread that was left stays subscribed: one comes back often. */
const LINGER_MS = 20_000;
/** After so long without a word a tab is taken for closed. */
const TAB_MS = 180_000;
/** When a subscription that could not be given is asked for again. */
const AGAIN_MS = 5_000;
/** Below the server's limit, which counts `u:` and `w:` too. */
const MAX_THREADS = 60;

/**
 * One tab's part in the live connection. Every tab runs the same frames through the same reducers; the leader
 * holds the wire, the others send their wishes to it.
 */
export class Hub {
  private readonly scopes = new Map<string, ScopeState>();
  private readonly open = new Map<string, number>();
  private readonly tabs = new Map<string, TabWish>();
  private readonly leaving = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private link: Link | null = null;
  private connected: Connection = 'connecting';
  private u: string | null = null;
  private w: string | null = null;
  private here: 'online' | 'idle' = 'online';
  private asked = 0;
  private said = '';

  constructor(
    private readonly page: PageSide,
    private readonly tab: string,
    private readonly tell: (message: TabMessage) => void,
  ) {}

  // ---- what the page asks

  /** Follows a thread for as long as it is on screen. */
  watch(c: string): () => void {
    this.open.set(c, (this.open.get(c) ?? 0) + 1);
    clearTimeout(this.leaving.get(c));
    this.leaving.delete(c);
    this.wish();
    return () => {
      const left = (this.open.get(c) ?? 1) - 1;
      if (left > 0) this.open.set(c, left);
      else this.open.delete(c);
      this.wish();
    };
  }

  /** Is what the page holds of this scope kept up to date by itself? */
  synced(c: string): boolean {
    return this.connected === 'live' && this.scopes.get(c)?.status === 'live';
  }

  /** Waits for a scope to be live; false when that is not to be expected, or took too long. */
  async ready(c: string, ms: number): Promise<boolean> {
    if (this.connected !== 'live' || this.scopes.get(c)?.status === 'gone') return false;
    if (this.synced(c)) return true;
    return new Promise((resolve) => {
      const set = this.waiting.get(c) ?? new Set();
      this.waiting.set(c, set);
      const done = () => {
        clearTimeout(timer);
        set.delete(done);
        resolve(this.synced(c));
      };
      const timer = setTimeout(done, ms);
      set.add(done);
    });
  }

  /** A thread that was closed to this person is theirs again; who has it open follows it anew. */
  reopen(c: string): void {
    if (this.scopes.get(c)?.status !== 'gone') return;
    this.scopes.delete(c);
    if (this.link && this.connected === 'live' && this.wanted(c)) this.subscribe(c, null);
    else this.wish();
  }

  isOpen(c: string): boolean {
    return this.open.has(c);
  }

  /** False when it cannot go out now. */
  say(frame: ClientFrame): boolean {
    if (this.connected !== 'live') return false;
    if (this.link) return this.link.send(frame);
    this.tell({ k: 'say', frame });
    return true;
  }

  /** Whether the person looks at this tab. */
  setHere(here: 'online' | 'idle'): void {
    this.here = here;
    this.wish();
  }

  // ---- becoming the leader

  lead(link: Link): void {
    this.link = link;
    // What was asked through the old leader is answered no more.
    for (const [c, state] of this.scopes) this.scopes.set(c, reopened(state));
    this.tell({ k: 'who' });
  }

  since(): Record<string, Position> {
    const since: Record<string, Position> = {};
    for (const [c, state] of this.scopes) {
      const at = position(state);
      if (at && state.status !== 'gone' && (!c.startsWith('t:') || this.wanted(c))) since[c] = at;
    }
    return since;
  }

  welcomed(frame: WelcomeFrame): void {
    const resumed = new Set(Object.keys(this.since()));
    this.u = frame.u;
    this.w = frame.w;
    this.said = '';
    for (const [c, state] of this.scopes) {
      // Another person or another workspace than before: that is not ours any more.
      if (!c.startsWith('t:') && c !== frame.u && c !== frame.w) this.scopes.delete(c);
      else this.scopes.set(c, reopened(state));
    }
    for (const c of [frame.u, frame.w]) {
      // The server subscribes these by itself; only the snapshot must be asked for.
      if (!resumed.has(c)) this.subscribe(c, null);
    }
    for (const c of this.allWanted()) if (!resumed.has(c)) this.subscribe(c, null);
    this.sayHere();
  }

  /** The wire changed its state (leader), or the leader said so. */
  changed(state: Connection): void {
    this.connected = state;
    if (this.link) this.tell({ k: 'state', state, u: this.u, w: this.w });
    this.page.state(state, this.u, this.w);
    if (state !== 'live') this.release();
  }

  // ---- frames

  heard(frames: ServerFrame[]): void {
    const shared: SharedFrame[] = [];
    for (const frame of frames) {
      if (frame.k === 'err') {
        if (frame.c !== undefined) this.refused(frame.c, frame.code);
      } else if (frame.k !== 'welcome' && frame.k !== 'bye' && frame.k !== 'pong') {
        shared.push(frame);
      }
    }
    if (shared.length === 0) return;
    this.tell({ k: 'frames', frames: shared });
    this.take(shared);
  }

  /** A subscription was not given. Until it is, the page goes on by calls. */
  private refused(c: string, code: string): void {
    const state = this.scopes.get(c);
    if (!state) return;
    if (code === 'NOT_FOUND' || code === 'FORBIDDEN') {
      // As if it had been taken away.
      this.heard([{ k: 'kick', c }]);
      return;
    }
    this.scopes.set(c, reopened(state));
    setTimeout(() => {
      const now = this.scopes.get(c);
      if (now?.status === 'waiting' && !now.asked) this.ask(c, position(now));
    }, AGAIN_MS);
  }

  take(frames: SharedFrame[]): void {
    for (const frame of frames) this.takeOne(frame);
  }

  private takeOne(frame: SharedFrame): void {
    switch (frame.k) {
      case 'gen':
      case 'gsnap':
        if (!this.scopes.has(frame.c)) return;
        if (this.page.generation(frame)) this.say({ k: 'gwant', c: frame.c, g: frame.g });
        return;
      case 'poke':
        this.page.poke(frame);
        return;
      case 'pres':
        this.page.presence(frame.c, frame.d);
        return;
      case 'typ':
        this.page.typing(frame.c, frame.u, frame.ms);
        return;
      case 'hb':
        for (const [c, s] of Object.entries(frame.h ?? {})) {
          if (this.scopes.has(c)) this.feed(c, { k: 'head', s });
        }
        if (this.link) this.forgetTabs();
        else this.wish(); // a sign of life
        return;
      default:
        if (this.scopes.has(frame.c)) this.feed(frame.c, frame);
        // The server takes it for open and pokes nobody.
        if (frame.k === 'ev' && frame.kind === 'message.created' && !this.open.has(frame.c)) {
          this.page.unseen(frame.c, frame.d ?? {});
        }
    }
  }

  private feed(c: string, frame: ScopeInput): void {
    const before = this.scopes.get(c);
    if (!before) return;
    const [state, effects] = step(before, frame);
    this.scopes.set(c, state);
    for (const effect of effects) {
      switch (effect.do) {
        case 'replace':
          this.page.replace(c, effect.d);
          break;
        case 'merge':
          this.page.merge(c, effect.d, effect.kind, effect.by);
          break;
        case 'forget':
          this.page.forget(c);
          break;
        case 'drop':
          this.page.drop(c);
          this.release(c);
          break;
        case 'live':
          this.release(c);
          break;
        case 'subscribe':
          this.ask(c, effect.since);
          break;
        case 'fetch':
          void this.fetch(c, effect.url);
      }
    }
  }

  private async fetch(c: string, url: string): Promise<void> {
    try {
      const { e, s, d } = await this.page.fetchSnapshot(url);
      this.feed(c, { k: 'fetched', e, s, d });
    } catch {
      const state = this.scopes.get(c);
      if (!state?.held) return;
      this.scopes.set(c, reopened(state));
      this.ask(c, null);
    }
  }

  /** Those who wait for a scope, or for all, need not wait longer. */
  private release(c?: string): void {
    for (const [name, set] of this.waiting) {
      if (c === undefined || c === name) for (const done of [...set]) done();
    }
  }

  // ---- subscriptions

  private ask(c: string, since: Position | null): void {
    if (this.link) this.subscribe(c, since);
    else this.tell({ k: 'ask', c, since });
  }

  private subscribe(c: string, since: Position | null): void {
    const state = this.scopes.get(c) ?? newScope({ snap: true });
    if (state.status === 'gone') return;
    const status = state.status === 'live' && since ? 'live' : 'waiting';
    this.scopes.set(c, { ...state, status, asked: true });
    this.asked += 1;
    const frame: ClientFrame = { k: 'sub', i: this.asked, c, snap: { last: LAST } };
    if (since) frame.since = since;
    this.link?.send(frame);
  }

  private wanted(c: string): boolean {
    if (this.open.has(c) || this.leaving.has(c)) return true;
    return [...this.tabs.values()].some((tab) => tab.scopes.has(c));
  }

  private allWanted(): string[] {
    const all = new Set(this.open.keys());
    for (const tab of this.tabs.values()) for (const c of tab.scopes) all.add(c);
    return [...all].slice(-MAX_THREADS);
  }

  /** What this tab has open goes to the leader, or is done here. */
  private wish(): void {
    for (const c of this.open.keys()) {
      if (!this.scopes.has(c)) {
        this.scopes.set(c, newScope({ snap: true }));
        if (this.link && this.connected === 'live') this.subscribe(c, null);
      }
    }
    if (this.link) {
      this.trim();
      this.sayHere();
      return;
    }
    for (const c of this.scopes.keys()) {
      if (c.startsWith('t:') && !this.open.has(c)) this.scopes.delete(c);
    }
    const scopes: Record<string, Position | null> = {};
    for (const c of this.open.keys()) scopes[c] = position(this.scopes.get(c) ?? newScope());
    this.tell({ k: 'want', tab: this.tab, scopes, here: this.here });
  }

  /** Threads that nobody looks at are let go after a while. */
  private trim(): void {
    for (const [c, state] of this.scopes) {
      if (!c.startsWith('t:') || this.wanted(c)) continue;
      if (state.status === 'gone') {
        this.scopes.delete(c);
        continue;
      }
      this.leaving.set(
        c,
        setTimeout(() => {
          this.leaving.delete(c);
          if (this.wanted(c)) return;
          this.scopes.delete(c);
          this.link?.send({ k: 'unsub', c });
          this.page.forget(c);
        }, LINGER_MS),
      );
    }
  }

  private sayHere(): void {
    if (!this.link || this.connected !== 'live') return;
    const online =
      this.here === 'online' || [...this.tabs.values()].some((t) => t.here === 'online');
    const state = online ? 'online' : 'idle';
    const c = [...this.open.keys()].at(-1);
    const now = `${state} ${c ?? ''}`;
    if (now === this.said) return;
    this.said = now;
    this.link.send(c ? { k: 'here', state, c } : { k: 'here', state });
  }

  private forgetTabs(): void {
    const before = Date.now() - TAB_MS;
    for (const [id, tab] of this.tabs) if (tab.heardAt < before) this.tabs.delete(id);
    this.trim();
  }

  // ---- what other tabs say

  /** True when the message was for the hub. */
  hearTab(message: TabMessage): boolean {
    switch (message.k) {
      case 'frames':
        if (!this.link) this.take(message.frames);
        return true;
      case 'state':
        if (this.link) return true;
        this.follow(message.state, message.u, message.w);
        return true;
      case 'who':
        if (!this.link) {
          // A new leader: what the old one was asked for is lost.
          for (const [c, state] of this.scopes) this.scopes.set(c, reopened(state));
          this.wish();
        }
        return true;
      case 'want':
        this.hearWish(message);
        return true;
      case 'ask':
        if (this.link) this.subscribe(message.c, message.since);
        return true;
      case 'say':
        this.link?.send(message.frame);
        return true;
      case 'left':
        if (this.tabs.delete(message.tab) && this.link) {
          this.trim();
          this.sayHere();
        }
        return true;
      default:
        return false;
    }
  }

  private follow(state: Connection, u: string | null, w: string | null): void {
    const fresh = state === 'live' && this.connected !== 'live';
    this.u = u;
    this.w = w;
    if (fresh) {
      for (const [c, known] of this.scopes) this.scopes.set(c, reopened(known));
      for (const c of [u, w]) {
        if (!c || this.scopes.has(c)) continue;
        this.scopes.set(c, newScope({ snap: true }));
        this.tell({ k: 'ask', c, since: null });
      }
    }
    this.changed(state);
    if (fresh) this.wish();
  }

  private hearWish(message: TabMessage & { k: 'want' }): void {
    if (!this.link) return;
    const known = this.tabs.get(message.tab);
    const scopes = new Set(Object.keys(message.scopes));
    this.tabs.set(message.tab, { scopes, here: message.here, heardAt: Date.now() });
    if (!known) this.tell({ k: 'state', state: this.connected, u: this.u, w: this.w });
    for (const [c, at] of Object.entries(message.scopes)) {
      clearTimeout(this.leaving.get(c));
      this.leaving.delete(c);
      const here = this.scopes.get(c);
      if (!here) this.scopes.set(c, newScope({ snap: true }));
      if (this.connected !== 'live') continue;
      // Who has nothing of it needs the whole, though others follow it already.
      if (!here || (at === null && !known?.scopes.has(c))) this.subscribe(c, at);
    }
    this.trim();
    this.sayHere();
  }
}
