import type { Found, Hit } from '../../src/areas/search/contract.ts';
import { pieces, valueOf, wordsOf } from '../../src/areas/search/grammar.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route } from './http.ts';
import { listed } from './files.ts';
import { store, threadMessages } from './store.ts';

const AROUND = 90;

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Where the words stand, and a stretch of text around the first of them. */
function snippetOf(text: string, words: string[]): Pick<Hit, 'snippet' | 'marks'> | null {
  const lower = plain(text);
  if (lower.length !== text.length) return null;
  const places = words.map((word) => lower.search(new RegExp(`(?<![\\p{L}\\p{N}])${word}`, 'u')));
  if (places.some((at) => at < 0)) return null;
  const first = Math.min(...places, text.length);
  const from = first < AROUND ? 0 : text.indexOf(' ', first - AROUND) + 1;
  const snippet = text.slice(from, first + AROUND * 2).replaceAll('\n', ' ');
  const marks: [number, number][] = [];
  for (const word of words) {
    for (const m of plain(snippet).matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${word}`, 'gu'))) {
      marks.push([m.index, m.index + m[0].length]);
    }
  }
  return { snippet, marks };
}

/** What the stand-in takes to mean the same. */
const MEANS: Record<string, string> = {
  automobile: 'car',
  stall: 'booth',
  grain: 'flour',
  income: 'revenue',
};

function search(call: Call): Found {
  const began = performance.now();
  const q = call.query.get('q') ?? '';
  const mode = (call.query.get('mode') ?? 'hybrid') as Found['mode'];
  const limit = Number(call.query.get('limit') ?? 20);
  const places = (call.query.get('in') ?? 'messages,files,threads').split(',');
  if (!q.trim()) throw new Refusal(422, 'VALIDATION_FAILED', 'Say what to search for.');
  const bad = [valueOf(q, 'before'), valueOf(q, 'after')].find(
    (d) => d && !/^\d{4}-\d{2}-\d{2}$/.test(d),
  );
  if (bad) throw new Refusal(422, 'VALIDATION_FAILED', `“${bad}” is not a day like 2026-01-31.`);
  let words = pieces(wordsOf(q)).map((p) => plain(p.value.replace(/\*$/, '')));
  words = words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).filter(Boolean);
  if (mode !== 'keyword') words = words.map((w) => `(?:${w}${MEANS[w] ? `|${MEANS[w]}` : ''})`);
  const from = plain(valueOf(q, 'from') ?? '');
  const inside = plain(valueOf(q, 'in') ?? '');
  const before = valueOf(q, 'before');
  const after = valueOf(q, 'after');
  const type = valueOf(q, 'type');
  const hits: Hit[] = [];
  const fits = (at: string) => (!before || at < before) && (!after || at >= after);
  for (const t of store.threads.values()) {
    const title = t.title ?? '';
    if (inside && !plain(title).includes(inside)) continue;
    const named = snippetOf(title, words);
    if (
      places.includes('threads') &&
      named &&
      !from &&
      !type &&
      words.length &&
      fits(t.created_at)
    ) {
      hits.push({
        kind: 'thread',
        id: t.id,
        thread_id: t.id,
        file_id: null,
        page: null,
        title: t.title,
        ...named,
        score: 1,
        twins: 0,
        author: null,
        created_at: t.last_message_at,
      });
    }
    if (!places.includes('messages') || (type && type !== 'message')) continue;
    for (const m of threadMessages(t.id)) {
      if (from && !plain(m.author?.full_name ?? '').includes(from)) continue;
      if (!fits(m.created_at)) continue;
      const found = snippetOf(m.content, words);
      if (!found) continue;
      hits.push({
        kind: 'message',
        id: m.id,
        thread_id: t.id,
        file_id: null,
        page: null,
        title: t.title,
        ...found,
        score: 0.5,
        twins: 0,
        author: m.author && { id: m.author.id, full_name: m.author.full_name },
        created_at: m.created_at,
      });
    }
  }
  for (const file of listed()) {
    if (!places.includes('files') || from || inside || !fits(file.created_at)) continue;
    if (type && !['file', file.group].includes(type)) continue;
    const page = file.pages_text.findIndex((text) => snippetOf(text, words));
    const found = snippetOf(file.pages_text[page] ?? '', words) ?? snippetOf(file.name, words);
    if (!found) continue;
    hits.push({
      kind: 'file',
      id: file.id,
      thread_id: null,
      file_id: file.id,
      page: page < 0 ? null : page + 1,
      title: file.name,
      ...found,
      score: 0.4,
      twins: 0,
      author: null,
      created_at: file.created_at,
    });
  }
  hits.sort((a, b) => b.score - a.score || (a.created_at < b.created_at ? 1 : -1));
  return {
    hits: hits.slice(0, limit),
    mode,
    degraded: q.includes('degraded') ? 'semantic' : null,
    took_ms: Math.round(performance.now() - began),
  };
}

export const searchRoutes: Route[] = [
  route('GET', '/search', async (call) => {
    await new Promise((done) => setTimeout(done, Number(process.env.SEARCH_MS ?? 40)));
    return ok(search(call));
  }),
];
