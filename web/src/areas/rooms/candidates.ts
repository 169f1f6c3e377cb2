import type { Mention, Model } from '@/api/contract';
import { shortName } from '@/areas/models/models';
import { folded, splitMentions } from './mentions';

/** Somebody or something that can be mentioned here. */
export interface Candidate {
  key: string;
  kind: 'person' | 'everyone' | 'model' | 'assistant';
  id: string;
  /** What stands in the list, and, after the `@`, in the text. */
  name: string;
  insert: string;
  /** More words it is found by, and what is said of it. */
  also: string;
  color: string;
}

export interface Mentionable {
  id: string;
  full_name: string;
  avatar_color: string;
  email?: string;
}

export function personCandidate(person: Mentionable): Candidate {
  return {
    key: `p:${person.id}`,
    kind: 'person',
    id: person.id,
    name: person.full_name,
    insert: person.full_name,
    also: person.email?.split('@')[0] ?? '',
    color: person.avatar_color,
  };
}

/** Models that can answer now. Two providers may have one of the same name: then the whole id tells them apart. */
export function modelCandidates(models: Model[]): Candidate[] {
  const usable = models.filter((m) => m.available);
  const count = new Map<string, number>();
  for (const m of usable) {
    const short = shortName(m.id);
    count.set(short, (count.get(short) ?? 0) + 1);
  }
  return usable.map((m) => {
    const short = shortName(m.id);
    return {
      key: `m:${m.id}`,
      kind: 'model',
      id: m.id,
      name: m.name || short,
      insert: count.get(short) === 1 ? short : m.id,
      also: m.id,
      color: '',
    };
  });
}

export function assistantCandidate(assistant: { id: string; name: string }): Candidate {
  return {
    key: `a:${assistant.id}`,
    kind: 'assistant',
    id: assistant.id,
    name: assistant.name,
    insert: assistant.name,
    also: '',
    color: '',
  };
}

/** How well a candidate fits: 0 not at all, then within, at the start of a word, at the start. */
export function fit(candidate: Candidate, query: string): number {
  const wanted = folded(query);
  if (wanted === '') return 1;
  const name = folded(candidate.name);
  const also = folded(candidate.also);
  if (name.startsWith(wanted) || folded(candidate.insert).startsWith(wanted)) return 3;
  if (also.startsWith(wanted)) return 3;
  const words = `${name} ${also}`.split(/[\s/.:_-]+/);
  if (words.some((word) => word.startsWith(wanted))) return 2;
  return wanted.length > 1 && (name.includes(wanted) || also.includes(wanted)) ? 1 : 0;
}

const MOST_MODELS = { idle: 3, asked: 6 };
const MOST_PEOPLE = 6;

/** What to offer: people first, then those who answer; the best fits first, the given order else. */
export function offered(candidates: Candidate[], query: string): Candidate[] {
  const ranked = candidates
    .map((candidate) => ({ candidate, score: fit(candidate, query) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
  const people = ranked.filter((c) => c.kind === 'person' || c.kind === 'everyone');
  const models = ranked.filter((c) => c.kind === 'model' || c.kind === 'assistant');
  const most = query === '' ? MOST_MODELS.idle : MOST_MODELS.asked;
  return [...people.slice(0, MOST_PEOPLE), ...models.slice(0, most)];
}

function asMention(candidate: Candidate): Mention {
  const kind = candidate.kind === 'model' || candidate.kind === 'assistant' ? 'model' : 'person';
  return { kind, id: candidate.id, name: candidate.name };
}

/** Who and what a text mentions, each once, as the server will find them too. */
export function mentionsIn(text: string, candidates: Candidate[]): Mention[] {
  if (!text.includes('@')) return [];
  const written = candidates.map((c) => ({
    mention: asMention(c),
    forms: [c.insert, c.name, c.also],
  }));
  const found = new Map<string, Mention>();
  for (const { mention } of splitMentions(text, written)) {
    if (mention?.id) found.set(mention.id, mention);
  }
  return [...found.values()];
}
