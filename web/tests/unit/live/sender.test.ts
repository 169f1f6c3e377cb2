import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outbox, OutboxItem } from '../../../src/live/outbox';
import { EMPTY, newItem } from '../../../src/live/outbox';
import type { Delivery, SenderSide } from '../../../src/live/sender';
import { Sender } from '../../../src/live/sender';

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const item = (id: string, lane = 't', part: Partial<OutboxItem> = {}) =>
  newItem({ id, lane, method: 'POST', path: `/threads/${lane}/messages`, ...part });

/** A store that outlives its senders, and a server that answers as told. */
class Desk {
  stored: Outbox = EMPTY;
  shown: Outbox = EMPTY;
  readonly sent: string[] = [];
  readonly landed: string[] = [];
  readonly log: string[] = [];
  answer: (item: OutboxItem) => Promise<Delivery> = (i) =>
    Promise.resolve({ id: i.id, status: 201 });

  open(): Sender {
    const side: SenderSide = {
      load: () => Promise.resolve(this.stored),
      save: async (_before, after) => {
        await Promise.resolve();
        this.log.push(`saved ${after.items.map((i) => i.id).join()}`);
        this.stored = after;
      },
      deliver: (i) => {
        this.log.push(`sent ${i.id}`);
        this.sent.push(i.id);
        return this.answer(i);
      },
      changed: (box) => (this.shown = box),
      landed: (i) => this.landed.push(i.id),
      random: () => 1,
    };
    return new Sender(side);
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the sender', () => {
  it('writes down before it sends, and shows before both', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    sender.add(item('a'));
    expect(desk.shown.items.map((i) => i.id)).toEqual(['a']);
    await tick();
    expect(desk.log.slice(1, 3)).toEqual(['saved a', 'sent a']);
    expect(desk.landed).toEqual(['a']);
    expect(desk.stored.items).toEqual([]);
  });

  it('keeps the order of a lane through failures', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    let fails = 2;
    desk.answer = (i) => Promise.resolve({ id: i.id, status: fails-- > 0 ? 0 : 201 });
    for (const id of ['a', 'b', 'c']) sender.add(item(id));
    await tick(10_000);
    expect(desk.sent).toEqual(['a', 'a', 'a', 'b', 'c']);
    expect(desk.shown.items).toEqual([]);
  });

  it('goes on where a closed tab left off', async () => {
    const desk = new Desk();
    const first = desk.open();
    await first.start();
    desk.answer = () => new Promise(() => undefined); // on its way for ever
    first.add(item('a'));
    first.add(item('b'));
    await tick();
    first.stop();
    desk.answer = (i) => Promise.resolve({ id: i.id, status: 200 });
    const second = desk.open();
    await second.start();
    await tick();
    expect(desk.sent).toEqual(['a', 'a', 'b']);
    expect(desk.stored.items).toEqual([]);
  });

  it('takes what is written while the store is still being read', async () => {
    const desk = new Desk();
    desk.stored = { items: [item('old')], ids: {} };
    const sender = desk.open();
    sender.add(item('new'));
    await sender.start();
    await tick();
    expect(desk.sent).toEqual(['old', 'new']);
  });

  it('sends at once when the network is back', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    desk.answer = (i) => Promise.resolve({ id: i.id, status: 0 });
    sender.add(item('a'));
    await tick(60_000);
    desk.answer = (i) => Promise.resolve({ id: i.id, status: 201 });
    const tries = desk.sent.length;
    sender.wake();
    await tick();
    expect(desk.sent).toHaveLength(tries + 1);
    expect(desk.shown.items).toEqual([]);
  });

  it('keeps what was refused, with the reason, until the person decides', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    desk.answer = (i) => Promise.resolve({ id: i.id, status: 422, code: 'X', error: 'No.' });
    sender.add(item('a'));
    await tick(100_000);
    expect(desk.sent).toEqual(['a']);
    expect(desk.stored.items[0]).toMatchObject({ state: 'failed', failure: { error: 'No.' } });
    desk.answer = (i) => Promise.resolve({ id: i.id, status: 201 });
    sender.retry('a');
    await tick();
    expect(desk.stored.items).toEqual([]);
  });

  it('needs no answer when the effect was seen', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    desk.answer = () => new Promise(() => undefined);
    sender.add(item('a'));
    sender.add(item('b'));
    await tick();
    sender.confirm('a');
    await tick();
    expect(desk.sent).toEqual(['a', 'b']);
  });

  it('names a thread by its real id once it has one', async () => {
    const desk = new Desk();
    const sender = desk.open();
    await sender.start();
    const paths: string[] = [];
    desk.answer = (i) => {
      paths.push(i.path);
      return Promise.resolve({ id: i.id, status: 201, made: i.makes ? 't9' : undefined });
    };
    sender.add(item('n', 'tmp', { path: '/threads', makes: 'tmp' }));
    sender.add(item('a', 'tmp'));
    await tick();
    expect(paths).toEqual(['/threads', '/threads/t9/messages']);
    expect(desk.stored.ids).toEqual({ tmp: 't9' });
  });
});
