import { newId } from '@/api/id';
import type { Connection } from './connection';
import type { ClientFrame, Position, SharedFrame } from './frames';
import type { Landed } from './landing';
import type { Outbox, OutboxItem } from './outbox';

/** What the tabs of one browser tell each other. */
export type TabMessage =
  /** The leader: what came over the wire, for all. */
  | { k: 'frames'; frames: SharedFrame[] }
  | { k: 'state'; state: Connection; u: string | null; w: string | null }
  | { k: 'outbox'; box: Outbox }
  | { k: 'landed'; landed: Landed }
  | { k: 'who' }
  /** The others: what they have open, what they say, what they have written. */
  | { k: 'want'; tab: string; scopes: Record<string, Position | null>; here: 'online' | 'idle' }
  | { k: 'ask'; c: string; since: Position | null }
  | { k: 'say'; frame: ClientFrame }
  | { k: 'add'; item: OutboxItem }
  | { k: 'retry' | 'discard'; id: string }
  | { k: 'wake' }
  | { k: 'left'; tab: string }
  /** Someone signed out: nobody goes on. */
  | { k: 'end' };

const NAME = 'trb-live';

/** The tabs of this browser: one of them leads for as long as it is open; then another does. */
export class Tabs {
  readonly id = newId();
  leads = false;
  private channel: BroadcastChannel | null = null;
  private readonly release = new AbortController();
  private letGo: (() => void) | null = null;

  start(onLead: () => void, onMessage: (message: TabMessage) => void): void {
    const lead = () => {
      this.leads = true;
      onLead();
    };
    if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') {
      // Without locks (plain http in a local network) each tab is on its own.
      lead();
      return;
    }
    this.channel = new BroadcastChannel(NAME);
    this.channel.onmessage = (event: MessageEvent<TabMessage>) => onMessage(event.data);
    navigator.locks
      .request(NAME, { signal: this.release.signal }, () => {
        lead();
        return new Promise<void>((resolve) => {
          this.letGo = resolve;
        });
      })
      .catch(() => undefined); // let go before it was our turn
  }

  stop(): void {
    this.release.abort();
    this.letGo?.();
    this.channel?.close();
    this.channel = null;
    this.leads = false;
  }

  tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }
}
