import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/api/contract';
import { emptyAnswer } from '../../src/live/answer';
import type { Generation } from '../../src/live/generations';
import { Generations } from '../../src/live/generations';
import { project } from '../../src/live/projection';

function message(id: string, parent: string | null, part: Partial<Message> = {}): Message {
  return {
    id,
    thread_id: 't',
    parent_id: parent,
    author: null,
    role: 'user',
    content: id,
    reasoning: null,
    status: 'complete',
    error: null,
    model: null,
    provider: null,
    usage: null,
    attachments: [],
    metadata: {},
    siblings: [id],
    seq: 1,
    client_id: null,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    ...part,
  };
}

function generation(part: Partial<Generation>): Generation {
  return {
    cutAfter: undefined,
    optimistic: null,
    answer: emptyAnswer(),
    link: 'open',
    failure: null,
    startedAt: 0,
    abort: new AbortController(),
    ...part,
  };
}

const stored = [
  message('q1', null),
  message('a1', 'q1', { role: 'assistant' }),
  message('q2', 'a1'),
  message('a2', 'q2', { role: 'assistant' }),
];

describe('project', () => {
  it('keeps every key from the first moment to the stored messages', () => {
    const ghost = message('ghost', 'a2', { client_id: 'c1' });
    const asked = message('q3', 'a2', { client_id: 'c1' });
    const stages = [
      project('t', stored, generation({ optimistic: ghost })),
      project(
        't',
        stored,
        generation({
          optimistic: ghost,
          answer: emptyAnswer({ replyId: 'a3', userMessage: asked, text: 'x' }),
        }),
      ),
      project('t', [...stored, asked, message('a3', 'q3', { role: 'assistant' })], null),
    ];
    const keys = stages.map((rows) => rows.slice(-2).map((r) => r.key));
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
    expect(new Set(stages.flatMap((rows) => rows.map((r) => r.key))).size).toBe(6);
  });

  it('keeps the key of an edited message, whatever the server calls it', () => {
    const shownAs = new Map([['q1b', 'mine']]);
    const rows = project('t', [message('q1b', null, { client_id: 'theirs' })], null, shownAs);
    expect(rows[0]?.key).toBe('mine');
  });

  it('hides what the new branch leaves behind', () => {
    const again = project('t', stored, generation({ cutAfter: 'q1' }));
    expect(again.map((r) => r.message.id)).toEqual(['q1', 'pending']);
    const edited = message('ghost', null, { client_id: 'c' });
    const root = project('t', stored, generation({ cutAfter: null, optimistic: edited }));
    expect(root.map((r) => r.message.id)).toEqual(['ghost', 'pending']);
  });

  it('lays a resumed answer over its stored beginning', () => {
    const half = message('a2', 'q2', { role: 'assistant', status: 'streaming', content: 'be' });
    const rows = project(
      't',
      [...stored.slice(0, 3), half],
      generation({ answer: emptyAnswer({ replyId: 'a2', text: 'beginning' }) }),
    );
    expect(rows).toHaveLength(4);
    expect(rows[3]).toMatchObject({ live: true, message: { content: 'beginning' } });
  });
});

describe('Generations', () => {
  it('tells its listeners once a frame', () => {
    const frames: (() => void)[] = [];
    const all = new Generations((work) => frames.push(work));
    let told = 0;
    all.subscribe(() => told++);
    const g = generation({});
    all.set('t', g);
    for (let i = 0; i < 100; i++) all.update('t', g.abort, { startedAt: i });
    expect(told).toBe(1);
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(told).toBe(2);
    expect(all.get('t')?.startedAt).toBe(99);
  });

  it('ignores one that was replaced', () => {
    const all = new Generations((work) => work());
    const old = generation({});
    const now = generation({ startedAt: 5 });
    all.set('t', now);
    all.update('t', old.abort, { startedAt: 1 });
    all.remove('t', old.abort);
    expect(all.get('t')).toBe(now);
  });
});
