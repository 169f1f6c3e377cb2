import type { ClientFrame, Parts, Position, ServerFrame } from '../../../src/live/frames';
import { merge } from '../../../src/live/parts';
import type { Wire } from '../../../src/live/socket';

interface Scope {
  e: number;
  log: Parts[];
  parts: Parts;
}

/** One end of a connection, held by the page. */
export class FakeWire implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  open = true;
  said: ClientFrame[] = [];
  readonly subscribed = new Set<string>();

  constructor(private readonly server: FakeServer) {}

  send(text: string): void {
    const frame = JSON.parse(text) as ClientFrame;
    this.said.push(frame);
    if (this.open) this.server.hear(this, frame);
  }

  close(): void {
    this.open = false;
  }

  /** The other side, or the network, ends it. */
  end(code: number): void {
    if (!this.open) return;
    this.open = false;
    this.onclose?.({ code });
  }

  tell(...frames: ServerFrame[]): void {
    const data = JSON.stringify(frames.length === 1 ? frames[0] : frames);
    if (this.open) this.onmessage?.({ data });
  }
}

/** The server's half of the contract, in memory, with a network that can be made to lose and repeat. */
export class FakeServer {
  readonly scopes = new Map<string, Scope>();
  readonly wires: FakeWire[] = [];
  /** What happens to an event on its way: how many times it arrives. */
  fate: () => number = () => 1;
  silent = false;

  /** `forbidden`: something on the way ends it before it is open. */
  connect(forbidden: boolean): FakeWire {
    const wire = new FakeWire(this);
    this.wires.push(wire);
    queueMicrotask(() => {
      if (forbidden) wire.end(1006);
      else if (wire.open) wire.onopen?.();
    });
    return wire;
  }

  get last(): FakeWire {
    const wire = this.wires.at(-1);
    if (!wire) throw new Error('nobody connected');
    return wire;
  }

  scope(c: string): Scope {
    const known = this.scopes.get(c) ?? { e: 1, log: [], parts: {} };
    this.scopes.set(c, known);
    return known;
  }

  /** A change is committed, and told to all who listen. */
  write(c: string, d: Parts, kind = 'x'): void {
    const scope = this.scope(c);
    scope.log.push(d);
    scope.parts = merge(scope.parts, d);
    for (const wire of this.wires) {
      if (!wire.open || !wire.subscribed.has(c)) continue;
      const times = this.fate();
      for (let i = 0; i < times; i++) wire.tell({ k: 'ev', c, s: scope.log.length, kind, d });
    }
  }

  heartbeat(): void {
    for (const wire of this.wires) {
      const h = Object.fromEntries([...wire.subscribed].map((c) => [c, this.scope(c).log.length]));
      wire.tell({ k: 'hb', t: 0, h });
    }
  }

  hear(wire: FakeWire, frame: ClientFrame): void {
    if (this.silent) return;
    if (frame.k === 'hello') {
      wire.tell({ k: 'welcome', v: 1, conn: 'c', t: 0, hb: 25, u: 'u:me', w: 'w:us' });
      for (const c of ['u:me', 'w:us']) this.join(wire, c, frame.since[c], false);
      for (const [c, at] of Object.entries(frame.since)) {
        if (c.startsWith('t:')) this.join(wire, c, at, false);
      }
    } else if (frame.k === 'sub') {
      this.join(wire, frame.c, frame.since, frame.snap !== undefined);
    } else if (frame.k === 'unsub') wire.subscribed.delete(frame.c);
    else if (frame.k === 'ping') wire.tell({ k: 'pong', t: frame.t });
  }

  private join(wire: FakeWire, c: string, since: Position | undefined, snap: boolean): void {
    const { e, log, parts } = this.scope(c);
    wire.subscribed.add(c);
    const frames: ServerFrame[] = [];
    const resumes = since && since[0] === e && since[1] <= log.length;
    if (resumes) {
      for (let s = since[1] + 1; s <= log.length; s++) {
        frames.push({ k: 'ev', c, s, kind: 'x', d: log[s - 1] ?? {} });
      }
    } else {
      if (since) frames.push({ k: 'reset', c, e, why: 'old' });
      if (snap) frames.push({ k: 'snap', c, e, s: log.length, d: parts });
    }
    wire.tell(...frames, { k: 'live', c, e, s: log.length });
  }
}
