import type { Connection } from './connection';
import type { ClientFrame, Position, ServerFrame, WelcomeFrame } from './frames';
import { readFrames } from './frames';
import { backoff } from './outbox';

/** As much of a WebSocket as is used. */
export interface Wire {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
}

/** What asking for a ticket came to: the way to learn why a socket did not open. */
export type TicketAnswer =
  | { ok: true; ticket: string }
  /** `missing`: this server has no live connection. `closed`: not for us, or not any more. */
  | { ok: false; why: 'missing' | 'closed' | 'network' | 'busy'; retryAfterMs?: number | null };

export interface Outside {
  open(ticket: string | null): Wire;
  ticket(signal: AbortSignal): Promise<TicketAnswer>;
  random(): number;
  cid: string;
}

export interface Listener {
  since(): Record<string, Position>;
  welcome(frame: WelcomeFrame): void;
  frames(frames: ServerFrame[]): void;
  state(state: Connection): void;
}

const OPEN_MS = 10_000;
const TICKET_MS = 10_000;
const PONG_MS = 5_000;
const STEADY_MS = 10_000;
const ACK_MS = 5_000;
const ACK_BYTES = 64 * 1024;
/** How often a server without a live connection, or one that a proxy hides, is asked again. */
const MISSING_MS = 300_000;
const BLOCKED_MS = 60_000;
/** So many sockets that did not open while the server answered: something in between forbids them. */
const BLOCKED_AFTER = 3;
/** Sign in again, no longer a member, disabled. */
const FINAL = new Set([4401, 4403, 4503]);

type Timer = ReturnType<typeof setTimeout>;

/** The one connection of this browser: opened, watched, opened again. No wait without an end. */
export class Link {
  private wire: Wire | null = null;
  private welcomed = false;
  private running = false;
  private tries = 0;
  private refusals = 0;
  private received = 0;
  private acked = 0;
  private lastHeard = 0;
  private heartbeat = 25_000;
  private retryMs: number | null = null;
  /** True while this server is known to have no live connection. */
  private missing = false;
  private asking: AbortController | null = null;
  private readonly timers = new Map<string, Timer>();
  private readonly encoder = new TextEncoder();

  constructor(
    private readonly outside: Outside,
    private readonly listener: Listener,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.listener.state('connecting');
    this.connect(null);
  }

  stop(): void {
    this.running = false;
    this.asking?.abort();
    this.asking = null;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.letGo(1000);
  }

  /** False when there is no connection: nothing is kept for later. */
  send(frame: ClientFrame): boolean {
    if (!this.wire || !this.welcomed) return false;
    this.wire.send(JSON.stringify(frame));
    return true;
  }

  /** The network is back, the page is seen again, the machine woke: find out now where we stand. */
  wake(): void {
    if (!this.running || this.asking || this.missing) return;
    if (!this.wire) {
      this.cancel('again');
      this.connect(null);
      return;
    }
    if (!this.welcomed) return; // has a limit of its own
    if (Date.now() - this.lastHeard > this.heartbeat + 10_000) {
      this.lost(); // slept through a heartbeat
      return;
    }
    this.after('pong', PONG_MS, () => this.lost());
    this.send({ k: 'ping', t: Date.now() });
  }

  /** The network is gone, says the browser: no reason to wait for the heartbeat. */
  sleep(): void {
    if (!this.running) return;
    this.letGo();
    this.missing = false;
    this.listener.state('offline');
    this.again(null);
  }

  private after(name: string, ms: number, work: () => void): void {
    this.cancel(name);
    this.timers.set(
      name,
      setTimeout(() => {
        this.timers.delete(name);
        work();
      }, ms),
    );
  }

  private cancel(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }

  private connect(ticket: string | null): void {
    this.letGo();
    this.missing = false;
    this.retryMs = null;
    let wire: Wire;
    try {
      wire = this.outside.open(ticket);
    } catch {
      this.refused();
      return;
    }
    this.wire = wire;
    const mine = (work: () => void) => () => {
      if (this.wire === wire) work();
    };
    wire.onopen = mine(() =>
      wire.send(
        JSON.stringify({ k: 'hello', v: 1, cid: this.outside.cid, since: this.listener.since() }),
      ),
    );
    wire.onmessage = (event) => {
      if (this.wire === wire && typeof event.data === 'string') this.hear(event.data);
    };
    wire.onclose = (event) => {
      if (this.wire === wire) this.closed(event.code);
    };
    wire.onerror = mine(() => undefined); // a close follows
    this.after('open', OPEN_MS, () => this.lost());
  }

  private hear(text: string): void {
    this.lastHeard = Date.now();
    this.received += this.encoder.encode(text).length;
    this.cancel('pong');
    this.watch();
    const frames = readFrames(text);
    const rest: ServerFrame[] = [];
    for (const frame of frames) {
      if (frame.k === 'welcome') this.welcome(frame);
      else if (frame.k === 'bye') this.retryMs = frame.retry ?? null;
      else if (frame.k !== 'pong') rest.push(frame);
    }
    if (rest.length > 0 && this.welcomed) this.listener.frames(rest);
    if (this.received - this.acked >= ACK_BYTES) this.acknowledge();
    else if (!this.timers.has('ack')) this.after('ack', ACK_MS, () => this.acknowledge());
  }

  private welcome(frame: WelcomeFrame): void {
    this.cancel('open');
    this.welcomed = true;
    this.refusals = 0;
    this.heartbeat = (frame.hb ?? 25) * 1000;
    this.watch();
    // A connection that breaks at once is no reason to come back at once.
    this.after('steady', STEADY_MS, () => {
      this.tries = 0;
    });
    this.listener.welcome(frame);
    this.listener.state('live');
  }

  private watch(): void {
    if (!this.welcomed) return;
    this.after('watch', 2 * this.heartbeat + 10_000, () => this.lost());
  }

  private acknowledge(): void {
    this.cancel('ack');
    if (this.received === this.acked) return;
    if (this.send({ k: 'ack', b: this.received })) this.acked = this.received;
  }

  private letGo(code?: number): void {
    const { wire } = this;
    this.wire = null;
    this.welcomed = false;
    this.received = 0;
    this.acked = 0;
    for (const name of ['open', 'watch', 'ack', 'pong', 'steady']) this.cancel(name);
    if (!wire) return;
    try {
      wire.close(code);
    } catch {
      // It was not open.
    }
  }

  /** Nothing was heard for too long: the wire is dead, whatever the browser thinks. */
  private lost(): void {
    this.closed(1006);
  }

  private closed(code: number): void {
    const wasLive = this.welcomed;
    const retry = this.retryMs;
    this.letGo();
    if (!this.running) return;
    if (FINAL.has(code)) {
      // Whether that is so, and what comes of it, the ticket tells: it goes the way of every call.
      void this.inquire();
      return;
    }
    if (!wasLive) {
      this.refused();
      return;
    }
    this.listener.state('connecting');
    this.again(retry);
  }

  private again(least: number | null): void {
    const pause = Math.max(least ?? 0, backoff(this.tries, this.outside.random()));
    this.tries += 1;
    this.after('again', pause, () => this.connect(null));
  }

  private refused(): void {
    void this.inquire();
  }

  /** A socket that does not open says nothing about why; a plain call does. */
  private async inquire(): Promise<void> {
    if (this.asking) return;
    const asking = new AbortController();
    this.asking = asking;
    this.after('ticket', TICKET_MS, () => asking.abort());
    let answer: TicketAnswer;
    try {
      answer = await this.outside.ticket(asking.signal);
    } catch {
      answer = { ok: false, why: 'network' };
    }
    this.cancel('ticket');
    if (this.asking !== asking || !this.running) return;
    this.asking = null;
    if (answer.ok) {
      this.refusals += 1;
      if (this.refusals >= BLOCKED_AFTER) this.rest(BLOCKED_MS);
      else {
        this.listener.state('connecting');
        const pause = this.refusals === 1 ? 0 : backoff(this.tries++, this.outside.random());
        const { ticket } = answer;
        this.after('again', pause, () => this.connect(ticket));
      }
      return;
    }
    switch (answer.why) {
      case 'missing':
        this.missing = true;
        this.rest(MISSING_MS);
        return;
      case 'closed':
        this.stop();
        this.listener.state('connecting');
        return;
      case 'network':
        this.listener.state('offline');
        this.again(null);
        return;
      case 'busy':
        this.listener.state('connecting');
        this.again(answer.retryAfterMs ?? null);
    }
  }

  private rest(ms: number): void {
    this.listener.state('fallback');
    this.after('again', ms * (0.75 + this.outside.random() / 2), () => this.connect(null));
  }
}
