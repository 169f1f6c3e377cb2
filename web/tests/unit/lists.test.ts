import { describe, expect, it } from 'vitest';
import type { Message, Model, Thread, UsageReport } from '../../src/api/contract';
import { failedAttempts } from '../../src/areas/chat/attempts';
import { groupThreads } from '../../src/areas/chat/grouping';
import { mergeNewest, mergeOlder } from '../../src/areas/chat/messages';
import { groupModels } from '../../src/areas/models/models';
import { ceiling, everyDay, measureOf } from '../../src/areas/models/usageMeasures';
import { pick } from '../../src/text';
import { money, usd } from '../../src/text/numbers';

const thread = (id: string, at: Date, pinned = false): Thread =>
  ({ id, pinned, last_message_at: at.toISOString(), created_at: at.toISOString() }) as Thread;

describe('groupThreads', () => {
  it('puts each under its day, pinned ones first', () => {
    const now = new Date(2026, 2, 10, 9);
    const day = (n: number, hour = 12) => new Date(2026, 2, 10 - n, hour);
    const groups = groupThreads(
      [
        thread('pinned', day(40), true),
        thread('today', day(0, 0)),
        thread('yesterday', day(1, 23)),
        thread('week', day(7)),
        thread('february', new Date(2026, 1, 20)),
        thread('last year', new Date(2025, 1, 20)),
      ],
      now,
    );
    expect(groups.map((g) => g.key)).toEqual([
      'pinned',
      'today',
      'yesterday',
      'week',
      '2026-2',
      '2025-2',
    ]);
  });
});

describe('pages of messages', () => {
  const loaded = (ids: string, older: string | null = null) => ({
    messages: [...ids].map((id) => ({ id }) as Message),
    older,
  });
  const ids = (l: { messages: Message[] }) => l.messages.map((m) => m.id).join('');

  it('joins the newest page to what is loaded', () => {
    const merged = mergeNewest(loaded('abcde', 'x'), loaded('cdefg', 'y'));
    expect(ids(merged)).toBe('abcdefg');
    expect(merged.older).toBe('x');
  });

  it('starts over on another branch', () => {
    expect(ids(mergeNewest(loaded('abc', 'x'), loaded('pq', 'y')))).toBe('pq');
  });

  it('puts older ones in front, each once', () => {
    expect(ids(mergeOlder(loaded('cd', 'x'), loaded('abc', null)))).toBe('abcd');
  });
});

describe('groupModels', () => {
  it('finds by words and puts usable ones first', () => {
    const model = (id: string, available: boolean) =>
      ({ id, name: id, provider: id.split('/')[0], available }) as Model;
    const all = [model('a/one', false), model('b/one', true), model('b/two', true)];
    expect(groupModels(all, '').map((g) => g.provider)).toEqual(['b', 'a']);
    expect(groupModels(all, 'B One').flatMap((g) => g.models.map((m) => m.id))).toEqual(['b/one']);
  });
});

describe('failedAttempts', () => {
  it('names each provider and model, and what is repeated once', () => {
    const why = { message: 'Overloaded.', code: 'overloaded' };
    expect(
      failedAttempts([
        { field: 'custom/mock', ...why },
        { field: 'custom/mock', ...why },
        { field: 'groq/openai/gpt-oss-20b', ...why },
        { message: 'no field' },
      ]),
    ).toEqual([
      { provider: 'custom', model: 'mock', why: 'Overloaded.', times: 2 },
      { provider: 'groq', model: 'openai/gpt-oss-20b', why: 'Overloaded.', times: 1 },
    ]);
    expect(failedAttempts(null)).toEqual([]);
  });
});

describe('usage', () => {
  const row = { key: '2026-01-02', cost_micros: null, calls: 3, input_tokens: 1, output_tokens: 2 };
  const report = {
    rows: [row],
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-04T00:00:00Z',
  } as UsageReport;

  it('has an entry for every day', () => {
    expect(everyDay(report).map((d) => d.row?.calls ?? 0)).toEqual([0, 3, 0]);
  });

  it('does not take an unknown price for none', () => {
    expect(measureOf(report.rows[0] as (typeof report.rows)[0], 'cost')).toBeNull();
  });

  it('ends its axis on a round number', () => {
    expect([0, 7, 0.13, 1200].map(ceiling)).toEqual([1, 10, 0.2, 2000]);
  });
});

describe('words and numbers', () => {
  it('speaks the language asked for, or the browser’s, or English', () => {
    expect(pick('pt', ['en'])).toBe('pt');
    expect(pick(null, ['xx', 'pt-BR', 'en'])).toBe('pt');
    expect(pick(null, ['xx'])).toBe('en');
  });

  it('writes money to the digit that says something', () => {
    expect(money(1840)).toBe('$0.0018');
    expect(money(12)).toBe('< $0.0001');
    expect(money(0)).toBe('$0');
    expect(usd(1.25)).toBe('$1.25');
    expect(usd(10)).toBe('$10');
  });
});
