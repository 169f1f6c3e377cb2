import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/api/contract';
import { emptyAnswer } from '../../src/live/answer';
import type { Asking, Spoken } from '../../src/live/generations';
import { Generations } from '../../src/live/generations';
import type { Ghost, Over } from '../../src/live/projection';
import { project } from '../../src/live/projection';
import { unstored } from '../../src/live/unstored';

function message(id: string, parent: string | null, part: Partial<Message> = {}): Message {
  const known = { id, thread_id: 't', parent_id: parent, role: 'user' as const, content: id };
  return { ...unstored(known, Date.UTC(2026)), siblings: [id], seq: 1, ...part };
}

function asking(part: Partial<Asking>): Asking {
  return { cutAfter: undefined, optimistic: null, replyId: null, startedAt: 0, ...part };
}

function spoken(text: string, part: Partial<Spoken> = {}): Spoken {
  const answer = emptyAnswer({ text });
  return { threadId: 't', answer, link: 'open', abort: null, gen: null, ...part };
}

function over(part: Partial<Over>): Over {
  return { asking: null, ghosts: [], spoken: () => null, ...part };
}

function ghost(id: string, state: Ghost['sending']['state'], asks = true): Ghost {
  const sent = message(id, null, { client_id: id, content: id });
  return { message: sent, sending: { id, state, failure: null }, asks };
}

const stored = [
  message('q1', null),
  message('a1', 'q1', { role: 'assistant' }),
  message('q2', 'a1'),
  message('a2', 'q2', { role: 'assistant' }),
];

describe('project', () => {
  it('keeps every key from the first moment to the stored messages', () => {
    const asked = message('q3', 'a2', { client_id: 'c1' });
    const reply = message('a3', 'q3', { role: 'assistant', status: 'streaming' });
    const ended = message('a3', 'q3', { role: 'assistant', content: 'whole' });
    const said = (id: string) => (id === 'a3' ? spoken('x') : null);
    const stages = [
      project('t', stored, over({ ghosts: [ghost('c1', 'sending')] })),
      project('t', [...stored, asked, reply], over({ ghosts: [ghost('c1', 'sending')] })),
      project('t', [...stored, asked, reply], over({ spoken: said })),
      project('t', [...stored, asked, ended], over({})),
    ];
    const keys = stages.map((rows) => rows.map((r) => r.key));
    for (const one of keys) expect(one).toEqual(keys[0]);
    expect(keys[0]).toHaveLength(6);
    expect(stages.map((rows) => rows.at(-1)?.live)).toEqual([true, true, true, false]);
    expect(stages.map((rows) => rows.at(-1)?.message.content)).toEqual(['', 'a3', 'x', 'whole']);
  });

  it('keeps the key of an edited message, whatever the server calls it', () => {
    const shownAs = new Map([['q1b', 'mine']]);
    const rows = project('t', [message('q1b', null, { client_id: 'theirs' })], over({ shownAs }));
    expect(rows[0]?.key).toBe('mine');
  });

  it('hides what the new branch leaves behind', () => {
    const again = project('t', stored, over({ asking: asking({ cutAfter: 'q1' }) }));
    expect(again.map((r) => r.message.id)).toEqual(['q1', 'pending']);
    const edited = message('ghost', null, { client_id: 'c' });
    const own = asking({ cutAfter: null, optimistic: edited });
    const root = project('t', stored, over({ asking: own }));
    expect(root.map((r) => r.message.id)).toEqual(['ghost', 'pending']);
  });

  it('lays a running answer over its stored beginning', () => {
    const half = message('a2', 'q2', { role: 'assistant', status: 'streaming', content: 'be' });
    const rows = project(
      't',
      [...stored.slice(0, 3), half],
      over({ spoken: (id) => (id === 'a2' ? spoken('beginning') : null) }),
    );
    expect(rows).toHaveLength(4);
    expect(rows[3]).toMatchObject({ live: true, message: { content: 'beginning' } });
  });

  it('shows an answer that goes on as running, from the first moment', () => {
    const cut = message('a2', 'q2', { role: 'assistant', status: 'stopped', content: 'half' });
    const own = asking({ replyId: 'a2' });
    const rows = project('t', [...stored.slice(0, 3), cut], over({ asking: own }));
    expect(rows[3]).toMatchObject({
      live: true,
      message: { content: 'half', status: 'streaming' },
    });
  });

  it('shows several answers that run side by side, each with its own words', () => {
    const one = message('a3', 'q2', { role: 'assistant', status: 'streaming' });
    const two = message('a4', 'a3', { role: 'assistant', status: 'streaming' });
    const rows = project(
      't',
      [...stored.slice(0, 3), one, two],
      over({ spoken: (id) => (id === 'a3' ? spoken('first') : spoken('second')) }),
    );
    expect(rows.slice(3).map((r) => r.message.content)).toEqual(['first', 'second']);
    expect(new Set(rows.map((r) => r.key)).size).toBe(5);
  });

  it('shows what waits and what failed, without an answer on its way', () => {
    const ghosts = [ghost('g1', 'failed'), ghost('g2', 'waiting'), ghost('g3', 'sending', false)];
    const rows = project('t', stored, over({ ghosts }));
    expect(rows.slice(4).map((r) => r.sending?.state)).toEqual(['failed', 'waiting', 'sending']);
    expect(rows.some((r) => r.live)).toBe(false);
  });
});

describe('Generations', () => {
  const txt = (o: number, x: string) =>
    ({ k: 'gen', c: 't:t', g: 'g', m: 'a', n: o, op: 'txt', o, x }) as const;

  it('tells its listeners once a frame', () => {
    const frames: (() => void)[] = [];
    const all = new Generations((work) => frames.push(work));
    let told = 0;
    all.subscribe(() => told++);
    for (let i = 0; i < 100; i++) all.hear(txt(i, 'x'), null);
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(told).toBe(1);
    expect(all.get('a')?.answer.text).toHaveLength(100);
    expect(all.runs('t')).toBe(true);
  });

  it('takes text by one way only', () => {
    const all = new Generations((work) => work());
    const abort = new AbortController();
    all.stream('a', { threadId: 't', answer: emptyAnswer({ text: 'ab' }), link: 'open', abort });
    expect(all.hear(txt(5, 'zz'), null)).toEqual({ ask: false, ended: false });
    all.update('a', abort, { answer: emptyAnswer({ text: 'abc' }) });
    all.update('a', new AbortController(), { answer: emptyAnswer({ text: 'other' }) });
    expect(all.get('a')?.answer.text).toBe('abc');
    all.finish('a', new AbortController());
    expect(all.get('a')).not.toBeNull();
    all.finish('a', abort);
    expect(all.get('a')).toBeNull();
  });
});
