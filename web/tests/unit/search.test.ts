import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Found, Hit } from '../../src/areas/search/contract';
import { dayOf, namedDays } from '../../src/areas/search/days';
import {
  complete,
  completingAt,
  pieces,
  quoted,
  saysSomething,
  valueOf,
  withValue,
  wordsOf,
} from '../../src/areas/search/grammar';
import { byKind, byThread, foldFiles } from '../../src/areas/search/groups';
import { hitPath } from '../../src/areas/search/hitPath';
import { fromFirstMark, stretches } from '../../src/areas/search/marks';
import { plainly } from '../../src/areas/search/plain';
import { withSearch } from '../../src/areas/search/recent';
import { searchOptions } from '../../src/areas/search/searching';
import { marksIn } from '../../src/areas/search/titles';
import { enSearch } from '../../src/text/en.search';

const whole = (text: string, marks: [number, number][]) =>
  stretches(text, marks)
    .map((s) => s.text)
    .join('');
const marked = (text: string, marks: [number, number][]) =>
  stretches(text, marks)
    .filter((s) => s.marked)
    .map((s) => s.text);

describe('marks', () => {
  it('mark what they name, and nothing of the text is lost', () => {
    expect(stretches('rye and flour', [[8, 13]])).toEqual([
      { text: 'rye and ', marked: false },
      { text: 'flour', marked: true },
    ]);
    expect(stretches('', [])).toEqual([]);
    expect(stretches('rye', [])).toEqual([{ text: 'rye', marked: false }]);
  });

  it('may come in any order, overlap, touch, or lie outside', () => {
    expect(
      marked('one two three', [
        [8, 13],
        [0, 3],
      ]),
    ).toEqual(['one', 'three']);
    expect(
      marked('abcdef', [
        [0, 3],
        [2, 5],
      ]),
    ).toEqual(['abcde']);
    expect(
      marked('abcdef', [
        [0, 3],
        [3, 5],
      ]),
    ).toEqual(['abcde']);
    expect(
      marked('abc', [
        [-4, 2],
        [9, 12],
        [2, 1],
        [NaN, 2],
      ]),
    ).toEqual(['ab']);
    expect(marked('abc', [[1, 99]])).toEqual(['bc']);
  });

  it('count UTF-16 units, and never cut a character in two', () => {
    const text = '🥖 bread 🥖';
    expect(marked(text, [[3, 8]])).toEqual(['bread']);
    expect(marked(text, [[1, 3]])).toEqual(['🥖 ']);
    for (let from = 0; from <= text.length; from++) {
      for (let to = from; to <= text.length; to++) {
        expect(whole(text, [[from, to]])).toBe(text);
        for (const s of stretches(text, [[from, to]]))
          expect(() => encodeURIComponent(s.text)).not.toThrow();
      }
    }
  });

  it('come into sight where there is only one line', () => {
    const long = `${'word '.repeat(20)}flour at last`;
    const at = long.indexOf('flour');
    const cut = fromFirstMark(long, [[at, at + 5]]);
    expect(marked(cut.text, cut.marks)).toEqual(['flour']);
    expect(cut.text.indexOf('flour')).toBeLessThan(32);
    expect(cut.text.startsWith('…word')).toBe(true);
    expect(fromFirstMark('rye flour', [[4, 9]]).text).toBe('rye flour');
    const solid = fromFirstMark(`${'x'.repeat(80)}flour`, [[80, 85]]);
    expect(marked(solid.text, solid.marks)).toEqual(['flour']);
  });
});

describe('Markdown where there is no room to draw it', () => {
  const words = (text: string, word: string) => {
    const at = text.indexOf(word);
    const plain = plainly(text, [[at, at + word.length]]);
    return [plain.text, marked(plain.text, plain.marks as [number, number][])];
  };

  it('loses its signs and keeps its words and marks', () => {
    expect(words('The **oven** and `flue`', 'oven')).toEqual(['The oven and flue', ['oven']]);
    expect(words('The **oven** and `flue`', 'flue')).toEqual(['The oven and flue', ['flue']]);
    expect(words('## Heat the oven', 'Heat')).toEqual(['Heat the oven', ['Heat']]);
    expect(words('Take | | Weight | |---|---| | Flour | 47 kg | | Salt |', 'Flour')).toEqual([
      'Take · Weight · Flour · 47 kg · Salt · ',
      ['Flour'],
    ]);
    expect(words('one two three', 'two')).toEqual(['one two three', ['two']]);
    expect(words('a||b and #5', 'and')).toEqual(['a||b and #5', ['and']]);
  });

  it('keeps marks within, whatever they span', () => {
    const text = 'a **b** | c | `d` |---| ## e';
    for (let from = 0; from <= text.length; from++) {
      for (let to = from; to <= text.length; to++) {
        const plain = plainly(text, [[from, to]]);
        const [start, end] = plain.marks[0] ?? [0, 0];
        expect(0 <= start && start <= end && end <= plain.text.length).toBe(true);
      }
    }
  });
});

describe('the words of a search', () => {
  it('are read with their operators', () => {
    const q = 'rye from:Grace in:"Spring market" "two sacks" flo* BEFORE:2026-03-01';
    expect(pieces(q).map((p) => [p.operator, p.value])).toEqual([
      [null, 'rye'],
      ['from', 'Grace'],
      ['in', 'Spring market'],
      [null, 'two sacks'],
      [null, 'flo*'],
      ['before', '2026-03-01'],
    ]);
    expect(wordsOf(q)).toBe('rye "two sacks" flo*');
    expect(valueOf(q, 'in')).toBe('Spring market');
    expect(valueOf(q, 'type')).toBeNull();
  });

  it('are never an operator within a word, and an open quotation reaches to the end', () => {
    expect(pieces('http://x wherefrom:here').every((p) => p.operator === null)).toBe(true);
    expect(pieces('in:"Spring mar')[0]).toMatchObject({ operator: 'in', value: 'Spring mar' });
    expect(pieces('say "hello there').map((p) => p.value)).toEqual(['say', 'hello there']);
  });

  it('lose nothing, whatever is typed', () => {
    for (const q of [
      '"',
      '""',
      'a"b"c',
      'from:',
      'from:"',
      ' : ',
      'in:in:in:',
      '  x  ',
      '"a" "b',
    ]) {
      const list = pieces(q);
      const left = [...q].filter((_, i) => !list.some((p) => p.start <= i && i < p.end));
      expect(left.join('').trim()).toBe('');
      for (let i = 1; i < list.length; i++) {
        expect(list[i]?.start).toBeGreaterThanOrEqual(list[i - 1]?.end ?? 0);
      }
    }
  });

  it('take another value for an operator, or none', () => {
    expect(withValue('rye from:Ada', 'from', 'Grace Hopper')).toBe('rye from:"Grace Hopper"');
    expect(withValue('from:Ada rye from:Bea', 'from', null)).toBe('rye');
    expect(withValue('', 'type', 'pdf')).toBe('type:pdf');
    expect(quoted('a "b" c')).toBe('"a b c"');
  });

  it('say something once there is a letter or a number', () => {
    for (const q of ['', '  ', '?', '"', 'from:', '- "" *']) expect(saysSomething(q)).toBe(false);
    for (const q of ['a', 'from:a', '42', '粉', '🥖']) expect(saysSomething(q)).toBe(true);
  });
});

describe('completing an operator', () => {
  const at = (text: string, caret = text.length) => completingAt(text, caret);

  it('begins behind the colon and ends with the value', () => {
    expect(at('from:')).toMatchObject({ operator: 'from', typed: '' });
    expect(at('rye from:Gr')).toMatchObject({ operator: 'from', typed: 'Gr' });
    expect(at('in:"Spring m')).toMatchObject({ operator: 'in', typed: 'Spring m' });
    expect(at('from')).toBeNull();
    expect(at('from:Ada ')).toBeNull();
    expect(at('in:"Spring market"')).toBeNull();
    expect(at('from:Grace rye', 7)).toMatchObject({ operator: 'from', typed: 'Gr' });
    expect(at('from:Grace rye', 2)).toBeNull();
  });

  it('puts the value in its place and leaves the rest', () => {
    const put = (text: string, value: string, caret = text.length) => {
      const where = at(text, caret);
      return where && complete(text, where, value);
    };
    expect(put('from:gr', 'Grace Hopper')?.text).toBe('from:"Grace Hopper" ');
    expect(put('type:p rye', 'pdf', 6)).toEqual({ text: 'type:pdf rye', caret: 9 });
    expect(put('rye in:"Spr', 'Spring market')?.text).toBe('rye in:"Spring market" ');
    const done = put('from:gr', 'Grace Hopper');
    expect(at(done?.text ?? '')).toBeNull();
  });

  it('knows days of here', () => {
    expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
    const days = namedDays(enSearch, new Date(2026, 2, 1, 1));
    expect(days.map((d) => d.value)).toEqual([
      '2026-03-01',
      '2026-02-28',
      '2026-02-22',
      '2026-02-01',
      '2026-01-01',
    ]);
  });
});

const hit = (part: Partial<Hit>): Hit => ({
  kind: 'message',
  id: 'm1',
  thread_id: 't1',
  file_id: null,
  page: null,
  title: 'Spring market',
  snippet: '',
  marks: [],
  score: 1,
  twins: 0,
  author: null,
  created_at: '2026-01-01T00:00:00Z',
  ...part,
});

describe('what was found', () => {
  it('stands by kind in the order of the answer', () => {
    const hits = [
      hit({ id: 'm1' }),
      hit({ id: 't1', kind: 'thread' }),
      hit({ id: 'm2' }),
      hit({ id: 'f1', kind: 'file', thread_id: null, file_id: 'f1' }),
    ];
    const kinds = byKind(hits);
    expect(kinds.message.map((h) => h.id)).toEqual(['m1', 'm2']);
    expect(kinds.thread.map((h) => h.id)).toEqual(['t1']);
    expect(kinds.file.map((h) => h.id)).toEqual(['f1']);
  });

  it('stands by chat, the one with the best hit first', () => {
    const groups = byThread([
      hit({ id: 'a', thread_id: 't2', title: 'Two' }),
      hit({ id: 'b', thread_id: 't1', title: 'One' }),
      hit({ id: 'f', kind: 'file', thread_id: null, title: 'x.pdf' }),
      hit({ id: 'c', thread_id: 't2', title: 'Two' }),
    ]);
    expect(groups.map((g) => [g.title, g.hits.map((h) => h.id)])).toEqual([
      ['Two', ['a', 'c']],
      ['One', ['b']],
      [null, ['f']],
    ]);
  });

  it('names a file once, at the best of its pages', () => {
    const page = (n: number) => hit({ id: `p${n}`, kind: 'file', file_id: 'f1', page: n });
    expect(foldFiles([page(7), hit({}), page(2)]).map((h) => h.page)).toEqual([7, null]);
  });

  it('leads to the very message and the very page', () => {
    expect(hitPath(hit({}))).toBe('/c/t1?m=m1');
    expect(hitPath(hit({ kind: 'thread', id: 't1' }))).toBe('/c/t1');
    expect(hitPath(hit({ kind: 'file', file_id: 'f1', page: 3 }))).toBe('/files/f1?page=3');
    expect(hitPath(hit({ kind: 'file', file_id: 'f1' }))).toBe('/files/f1');
  });

  it('is marked in titles without accents and case', () => {
    expect(marksIn('Café au lait', 'cafe LAIT')).toEqual([
      [0, 4],
      [8, 12],
    ]);
    expect(marksIn('Cafe\u0301 noir', 'noir')).toEqual([[6, 10]]);
    expect(marksIn('🥖 Brot', 'brot')).toEqual([[3, 7]]);
    expect(marksIn('Spring market', 'spring summer')).toBeNull();
  });
});

describe('recent searches', () => {
  it('are each there once, the newest first, and what goes on takes the place of its beginning', () => {
    let list: readonly string[] = [];
    for (const q of ['rye', 'oven', 'Rye flour', 'x', ' oven ']) list = withSearch(list, q);
    expect(list).toEqual(['oven', 'Rye flour']);
    for (let i = 0; i < 20; i++) list = withSearch(list, `search number ${i}.`);
    expect(list).toHaveLength(8);
  });
});

describe('one search after another', () => {
  afterEach(() => vi.unstubAllGlobals());

  function server() {
    const calls: { q: string; signal: AbortSignal; answer: (hits: Hit[]) => void }[] = [];
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      const q = new URL(url, 'http://x').searchParams.get('q') ?? '';
      return new Promise<Response>((resolve, reject) => {
        const signal = init.signal as AbortSignal;
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        calls.push({
          q,
          signal,
          answer: (hits) =>
            resolve(Response.json({ success: true, data: { hits, mode: 'hybrid' } as Found })),
        });
      });
    });
    return calls;
  }
  const settle = () => new Promise((done) => setTimeout(done));

  it('calls off what is on the way, keeps what was found until there is something newer', async () => {
    const calls = server();
    const client = new QueryClient();
    const watch = new QueryObserver(client, searchOptions({ q: 'rye', limit: 20 }));
    const stop = watch.subscribe(() => undefined);
    const shown = () => watch.getCurrentResult().data?.hits.map((h) => h.id);
    calls[0]?.answer([hit({ id: 'rye' })]);
    await settle();
    expect(shown()).toEqual(['rye']);

    watch.setOptions(searchOptions({ q: 'rye f', limit: 20 }));
    expect(shown()).toEqual(['rye']);
    watch.setOptions(searchOptions({ q: 'rye fl', limit: 20 }));
    expect(calls.map((c) => c.q)).toEqual(['rye', 'rye f', 'rye fl']);
    expect(calls[1]?.signal.aborted).toBe(true);

    // Even if the one called off answers after the other.
    calls[2]?.answer([hit({ id: 'newest' })]);
    await settle();
    calls[1]?.answer([hit({ id: 'stale' })]);
    await settle();
    expect(shown()).toEqual(['newest']);
    stop();
  });

  it('asks nothing where nothing is said, and shows no kind that has no page', async () => {
    const calls = server();
    const client = new QueryClient();
    const watch = new QueryObserver(client, searchOptions({ q: ' ? ', limit: 20 }));
    const stop = watch.subscribe(() => undefined);
    await settle();
    expect(calls).toHaveLength(0);
    watch.setOptions(searchOptions({ q: 'rye', limit: 20 }));
    calls[0]?.answer([hit({ id: 'r', kind: 'record' }), hit({ id: 'm' })]);
    await settle();
    expect(watch.getCurrentResult().data?.hits.map((h) => h.id)).toEqual(['m']);
    stop();
  });
});
