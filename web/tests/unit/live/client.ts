import type { Connection } from '../../../src/live/connection';
import type { Parts, WelcomeFrame } from '../../../src/live/frames';
import type { PageSide } from '../../../src/live/hub';
import { Hub } from '../../../src/live/hub';
import { merge, snapshot } from '../../../src/live/parts';
import type { TicketAnswer } from '../../../src/live/socket';
import { Link } from '../../../src/live/socket';
import type { TabMessage } from '../../../src/live/tabs';
import type { FakeServer } from './server';

/** One tab: the real hub and the real link, over a page that only remembers. */
export class Client {
  readonly parts = new Map<string, Parts>();
  readonly states: Connection[] = [];
  readonly forgotten: string[] = [];
  readonly dropped: string[] = [];
  readonly outbound: TabMessage[] = [];
  welcome: WelcomeFrame | null = null;
  ticket: TicketAnswer = { ok: true, ticket: 'x' };
  asked = 0;
  tickets: (string | null)[] = [];
  unreachable = false;
  readonly hub: Hub;
  link: Link | null = null;
  others: Client[] = [];
  readonly unseen: string[] = [];

  constructor(
    private readonly server: FakeServer,
    readonly id = 'tab',
    private readonly random = () => 0.5,
  ) {
    const page: PageSide = {
      replace: (c, d) => this.parts.set(c, snapshot(d)),
      merge: (c, d) => this.parts.set(c, merge(this.parts.get(c) ?? {}, d)),
      forget: (c) => this.forgotten.push(c),
      drop: (c) => {
        this.dropped.push(c);
        this.parts.delete(c);
      },
      generation: () => false,
      poke: () => undefined,
      unseen: (c) => this.unseen.push(c),
      presence: () => undefined,
      typing: () => undefined,
      state: (state) => this.states.push(state),
      fetchSnapshot: () => Promise.reject(new Error('none')),
    };
    this.hub = new Hub(page, id, (message) => {
      this.outbound.push(message);
      const copy = structuredClone(message);
      for (const other of this.others) other.hub.hearTab(copy);
    });
  }

  /** Makes this tab the one with the connection. */
  lead(): this {
    const { hub } = this;
    this.link = new Link(
      {
        open: (ticket) => {
          this.tickets.push(ticket);
          return this.server.connect(this.unreachable);
        },
        ticket: () => {
          this.asked += 1;
          return Promise.resolve(this.ticket);
        },
        random: this.random,
        cid: this.id,
      },
      {
        since: () => hub.since(),
        welcome: (frame) => {
          this.welcome = frame;
          hub.welcomed(frame);
        },
        frames: (frames) => hub.heard(frames),
        state: (state) => hub.changed(state),
      },
    );
    hub.lead(this.link);
    this.link.start();
    return this;
  }

  get state(): Connection | undefined {
    return this.states.at(-1);
  }
}
