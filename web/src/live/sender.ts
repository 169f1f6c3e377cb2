import type { Answered, Outbox, OutboxItem } from './outbox';
import * as outbox from './outbox';

/** What an item came to: the server's word, and what it sent back. */
export interface Delivery extends Answered {
  data?: unknown;
}

export interface SenderSide {
  load(): Promise<Outbox | null>;
  save(before: Outbox, after: Outbox): Promise<void>;
  deliver(item: OutboxItem): Promise<Delivery>;
  changed(box: Outbox): void;
  landed(item: OutboxItem, data: unknown): void;
  random(): number;
}

/** Drains the outbox, in the one tab that leads: what is to be sent is written down before it goes out. */
export class Sender {
  private box: Outbox = outbox.EMPTY;
  private saved: Outbox = outbox.EMPTY;
  private saving: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private loaded = false;

  constructor(private readonly side: SenderSide) {}

  async start(): Promise<void> {
    const stored = await this.side.load();
    if (this.stopped) return;
    this.loaded = true;
    if (stored) {
      this.saved = stored;
      // What was written here while the store was being read comes after it.
      const early = this.box.items;
      this.box = outbox.restored(stored);
      for (const item of early) this.box = outbox.add(this.box, item);
    }
    await this.set(this.box);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  add(item: OutboxItem): void {
    void this.set(outbox.add(this.box, item));
  }

  retry(id: string): void {
    void this.set(outbox.retried(this.box, id));
  }

  discard(id: string): void {
    void this.set(outbox.discarded(this.box, id));
  }

  /** Its effect came by the live connection: the answer is not needed any more. */
  confirm(id: string): void {
    if (this.box.items.some((i) => i.id === id)) void this.set(outbox.confirmed(this.box, id));
  }

  wake(): void {
    void this.set(outbox.woken(this.box));
  }

  private async set(next: Outbox): Promise<void> {
    if (this.stopped) return;
    this.box = next;
    this.side.changed(next);
    if (!this.loaded) return;
    this.saving = this.saving.then(async () => {
      if (this.saved === this.box) return;
      const target = this.box;
      await this.side.save(this.saved, target);
      this.saved = target;
    });
    await this.saving;
    this.drain();
  }

  private drain(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.saved !== this.box) return;
    const now = Date.now();
    const due = outbox.ready(this.box, now);
    if (due.length > 0) {
      for (const item of due) this.box = outbox.sending(this.box, item.id);
      this.side.changed(this.box);
      // `sending` is not written down: after a crash such an item waits again by itself.
      this.saved = this.box;
      for (const item of due) void this.send(item);
    }
    const next = outbox.nextDue(this.box);
    if (next !== null) this.timer = setTimeout(() => this.drain(), Math.max(50, next - now));
  }

  private async send(item: OutboxItem): Promise<void> {
    let delivery: Delivery;
    try {
      delivery = await this.side.deliver(item);
    } catch {
      delivery = { id: item.id, status: 0 };
    }
    if (this.stopped) return;
    if (delivery.status >= 200 && delivery.status < 300) this.side.landed(item, delivery.data);
    await this.set(outbox.answered(this.box, delivery, Date.now(), this.side.random()));
  }
}
