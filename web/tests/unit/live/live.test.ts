import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from './client';
import { FakeServer } from './server';

const T = 't:1';
const row = (id: string, text = id) => ({ messages: [{ id, text }] });
const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A row of numbers that looks random and is the same each time. */
function numbers(seed: number): () => number {
  let x = seed * 2654435761 + 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('one tab', () => {
  it('has a snapshot of what it opens, and every change after', async () => {
    const server = new FakeServer();
    server.write(T, row('m1'));
    const client = new Client(server).lead();
    await tick();
    expect(client.state).toBe('live');
    client.hub.watch(T);
    expect(client.hub.synced(T)).toBe(true);
    server.write(T, row('m2'));
    expect(client.parts.get(T)).toEqual(server.scope(T).parts);
    expect(client.hub.synced('u:me')).toBe(true);
  });

  it('asks once for the snapshots of its own scopes', async () => {
    const server = new FakeServer();
    new Client(server).lead();
    await tick();
    const subs = server.last.said.filter((f) => f.k === 'sub').map((f) => f.c);
    expect(subs.sort()).toEqual(['u:me', 'w:us']);
  });

  it('comes back where it was, with nothing read again', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.hub.watch(T);
    server.write(T, row('m1'));
    server.last.end(1006);
    expect(client.state).toBe('connecting');
    server.write(T, row('m2'));
    server.write('u:me', row('n1'));
    await tick(500);
    expect(client.state).toBe('live');
    expect(server.wires).toHaveLength(2);
    expect(server.last.said.map((f) => f.k)).not.toContain('sub');
    expect(client.parts.get(T)).toEqual(server.scope(T).parts);
    expect(client.parts.get('u:me')).toEqual(server.scope('u:me').parts);
  });

  it('begins anew where the server went back in time', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.hub.watch(T);
    server.write(T, row('m1'));
    server.last.end(1006);
    server.scopes.set(T, { e: 2, log: [{}], parts: row('other') });
    await tick(500);
    expect(client.parts.get(T)).toEqual(row('other'));
    expect(client.forgotten).toContain(T);
  });

  it('lets go of a thread a while after it was left', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    const leave = client.hub.watch(T);
    leave();
    client.hub.watch(T)(); // back, and gone again
    await tick(19_000);
    expect(server.last.subscribed.has(T)).toBe(true);
    await tick(2_000);
    expect(server.last.subscribed.has(T)).toBe(false);
    expect(client.hub.synced(T)).toBe(false);
  });

  it('tells of what comes to a thread that is followed but not open', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    const leave = client.hub.watch(T);
    server.write(T, row('m1'), 'message.created');
    expect(client.unseen).toEqual([]);
    leave();
    server.write(T, row('m2'), 'message.created');
    server.write(T, row('m2'), 'message.changed');
    expect(client.unseen).toEqual([T]);
  });

  it('drops what it is shown out of', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.hub.watch(T);
    server.write(T, row('m1'));
    server.last.tell({ k: 'kick', c: T, why: 'removed' });
    expect(client.dropped).toEqual([T]);
    server.write(T, row('m2'));
    expect(client.parts.has(T)).toBe(false);
    expect(await client.hub.ready(T, 1000)).toBe(false);
  });

  it('treats a refused subscription as a closed door', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.hub.watch(T);
    server.last.tell({ k: 'err', c: T, code: 'NOT_FOUND', error: 'No.' });
    expect(client.dropped).toEqual([T]);
  });
});

describe('the oracle', () => {
  for (let seed = 1; seed <= 60; seed++) {
    it(`whatever is lost, doubled or cut: in the end all is there (${seed})`, async () => {
      const random = numbers(seed);
      const server = new FakeServer();
      server.fate = () => {
        const x = random();
        return x < 0.2 ? 0 : x < 0.35 ? 2 : 1;
      };
      const client = new Client(server, 'tab', random).lead();
      const other = new Client(server, 'other', random);
      client.others = [other];
      other.others = [client];
      await tick();
      client.hub.watch(T);
      other.hub.watch(T);
      for (let i = 0; i < 40; i++) {
        const x = random();
        const c = x < 0.6 ? T : x < 0.8 ? 'u:me' : 'w:us';
        if (random() < 0.15) server.write(c, { gone: { messages: [`m${i - 2}`] } });
        else server.write(c, row(`m${Math.floor(random() * 12)}`, `${i}`));
        if (random() < 0.08) server.last.end(1006);
        if (random() < 0.3) await tick(random() * 900);
        if (random() < 0.05) server.scope(c).e += 1;
      }
      server.fate = () => 1;
      await tick(40_000);
      server.heartbeat();
      server.heartbeat();
      await tick();
      for (const one of [client, other]) {
        for (const c of [T, 'u:me', 'w:us']) {
          expect(one.hub.synced(c), `${one.id} ${c}`).toBe(true);
          expect(byId(one.parts.get(c)), `${one.id} ${c}`).toEqual(byId(server.scope(c).parts));
        }
      }
    });
  }
});

/** A snapshot may bring rows in another order than events did. */
function byId(parts: { [part: string]: unknown } = {}) {
  const rows = (parts.messages ?? []) as { id: string }[];
  return [...rows].sort((a, b) => a.id.localeCompare(b.id));
}

describe('several tabs', () => {
  function tabs(server: FakeServer, ...ids: string[]): Client[] {
    const all = ids.map((id) => new Client(server, id));
    for (const one of all) one.others = all.filter((o) => o !== one);
    return all;
  }

  it('share one connection, and each has what it opened', async () => {
    const server = new FakeServer();
    server.write(T, row('m1'));
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    b.hub.watch(T);
    expect(server.wires).toHaveLength(1);
    expect(b.hub.synced(T)).toBe(true);
    server.write(T, row('m2'));
    expect(b.parts.get(T)).toEqual(server.scope(T).parts);
    expect(b.parts.get('u:me')).toEqual(server.scope('u:me').parts);
  });

  it('a tab that opens what another has already gets all of it', async () => {
    const server = new FakeServer();
    server.write(T, row('m1'));
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    a.hub.watch(T);
    b.hub.watch(T);
    expect(b.parts.get(T)).toEqual(server.scope(T).parts);
    expect(a.parts.get(T)).toEqual(server.scope(T).parts);
  });

  it('when the leader closes another goes on, without a gap', async () => {
    const server = new FakeServer();
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    b.hub.watch(T);
    server.write(T, row('m1'));
    a.link?.stop();
    a.others = [];
    b.others = [];
    server.write(T, row('m2'));
    b.lead();
    await tick();
    expect(b.parts.get(T)).toEqual(server.scope(T).parts);
    const hello = server.last.said[0];
    expect(hello).toMatchObject({ k: 'hello', since: { [T]: [1, 1] } });
  });

  it('a thread is let go when the last tab that has it closes', async () => {
    const server = new FakeServer();
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    b.hub.watch(T);
    a.hub.hearTab({ k: 'left', tab: 'b' });
    await tick(21_000);
    expect(server.last.subscribed.has(T)).toBe(false);
  });

  it('says through the leader what is said in another tab', async () => {
    const server = new FakeServer();
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    b.hub.watch(T);
    expect(b.hub.say({ k: 'typing', c: T, on: true })).toBe(true);
    expect(server.last.said).toContainEqual({ k: 'typing', c: T, on: true });
  });

  it('someone is there while any tab is looked at', async () => {
    const server = new FakeServer();
    const [a, b] = tabs(server, 'a', 'b') as [Client, Client];
    a.lead();
    await tick();
    b.hub.setHere('idle');
    a.hub.setHere('idle');
    const said = () => server.last.said.flatMap((f) => (f.k === 'here' ? [f.state] : [])).at(-1);
    expect(said()).toBe('idle');
    b.hub.setHere('online');
    expect(said()).toBe('online');
  });
});

describe('the connection', () => {
  it('finds out by a call why a socket does not open, and comes with a ticket', async () => {
    const server = new FakeServer();
    const client = new Client(server);
    client.unreachable = true;
    client.lead();
    client.unreachable = false; // the next one is let through
    await tick(10);
    expect(client.asked).toBe(1);
    expect(client.tickets).toEqual([null, 'x']);
    expect(client.state).toBe('live');
  });

  it('falls back where something in between forbids sockets, and tries again much later', async () => {
    const server = new FakeServer();
    const client = new Client(server);
    client.unreachable = true;
    client.lead();
    await tick(20_000);
    expect(client.state).toBe('fallback');
    const tried = client.tickets.length;
    await tick(20_000);
    expect(client.tickets).toHaveLength(tried);
    client.unreachable = false;
    await tick(60_000);
    expect(client.state).toBe('live');
  });

  it('falls back at once where the server has no live connection', async () => {
    const client = new Client(new FakeServer());
    client.unreachable = true;
    client.ticket = { ok: false, why: 'missing' };
    client.lead();
    await tick();
    expect(client.state).toBe('fallback');
    client.link?.wake();
    await tick(60_000);
    expect(client.tickets).toHaveLength(1);
  });

  it('is offline where nothing answers, and live as soon as it is told of the network', async () => {
    const server = new FakeServer();
    const client = new Client(server, 'tab', () => 1);
    client.unreachable = true;
    client.ticket = { ok: false, why: 'network' };
    client.lead();
    await tick(60_000);
    expect(client.state).toBe('offline');
    client.unreachable = false;
    client.link?.wake();
    await tick();
    expect(client.state).toBe('live');
  });

  it('does not come back where nobody is signed in', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.ticket = { ok: false, why: 'closed' };
    server.last.end(4401);
    await tick(120_000);
    expect(server.wires).toHaveLength(1);
    client.link?.wake();
    await tick(1000);
    expect(server.wires).toHaveLength(1);
  });

  it('comes back after 4401 where a call still knows the person', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    server.last.end(4401);
    await tick(1000);
    expect(client.state).toBe('live');
    expect(client.tickets).toEqual([null, 'x']);
  });

  it('gives up on silence after two heartbeats', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    server.silent = true;
    await tick(59_000);
    expect(server.wires).toHaveLength(1);
    server.silent = false;
    await tick(3_000);
    expect(server.wires).toHaveLength(2);
    expect(client.state).toBe('live');
  });

  it('asks whether anyone is there when the page is seen again', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    client.link?.wake();
    expect(server.last.said.at(-1)).toMatchObject({ k: 'ping' });
    await tick(6_000);
    expect(server.wires).toHaveLength(1);
    server.silent = true;
    client.link?.wake();
    await tick(5_000);
    server.silent = false;
    await tick(3_000);
    expect(server.wires).toHaveLength(2);
  });

  it('knows after a sleep that the wire is dead', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    vi.setSystemTime(Date.now() + 3_600_000);
    client.link?.wake();
    await tick(600);
    expect(server.wires).toHaveLength(2);
  });

  it('waits as long as the server asks on leaving', async () => {
    const server = new FakeServer();
    new Client(server, 'tab', () => 0).lead();
    await tick();
    server.last.tell({ k: 'bye', code: 4001, retry: 4000 });
    server.last.end(4001);
    await tick(3_900);
    expect(server.wires).toHaveLength(1);
    await tick(200);
    expect(server.wires).toHaveLength(2);
  });

  it('does not hammer a server that drops everyone at once', async () => {
    const server = new FakeServer();
    new Client(server, 'tab', () => 1).lead();
    for (let i = 0; i < 200; i++) {
      await tick(500);
      server.last.end(1006);
    }
    expect(server.wires.length).toBeLessThan(12);
  });

  it('acknowledges what it received: each 64 kB, or after a while', async () => {
    const server = new FakeServer();
    const client = new Client(server).lead();
    await tick();
    const acks = () => server.last.said.flatMap((f) => (f.k === 'ack' ? [f.b] : []));
    await tick(5_100);
    expect(acks()).toHaveLength(1);
    client.hub.watch(T);
    server.write(T, row('m1', 'x'.repeat(70_000)));
    expect(acks()).toHaveLength(2);
    expect(acks()[1]).toBeGreaterThan(70_000);
    await tick(20_000);
    expect(acks()).toHaveLength(2);
  });

  it('gives a socket that never speaks ten seconds', async () => {
    const server = new FakeServer();
    server.silent = true;
    const client = new Client(server).lead();
    await tick(9_900);
    expect(client.asked).toBe(0);
    await tick(200);
    expect(client.asked).toBe(1);
  });
});
