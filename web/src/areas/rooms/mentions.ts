import type { Mention } from '@/api/contract';

/** What is being typed after an `@`, and where that `@` stands. */
export interface MentionQuery {
  start: number;
  query: string;
}

const LONGEST = 48;
const MOST_WORDS = 4;

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char);
}

/** An `@` here begins a name: it does not go on from a word, as in an address. */
function begins(text: string, at: number): boolean {
  const before = text[at - 1];
  return before === undefined || !(isWord(before) || '@./+-'.includes(before));
}

/** A name may end here: `gpt-5` is not named by `gpt-5.4`, and a full stop ends a sentence. */
function ends(text: string, at: number): boolean {
  const next = text[at];
  if (next === undefined) return true;
  if ('-./:+@'.includes(next)) return !isWord(text[at + 1]);
  return !isWord(next);
}

/** Lower case without accents, as people type names. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Stretches between backticks, where an `@` is just an `@`. An open one reaches to the end. */
function codeRanges(text: string): [number, number][] {
  return [...text.matchAll(/```[\s\S]*?(?:```|$)|`[^`\n]*(?:`|$)/g)].map((m) => [
    m.index,
    m.index + m[0].length,
  ]);
}

/** The mention that the caret stands in, if it stands in one: `@` begins a word and is not in code. */
export function mentionAt(text: string, caret: number): MentionQuery | null {
  const start = text.lastIndexOf('@', caret - 1);
  if (start < 0 || caret - start - 1 > LONGEST) return null;
  if (!begins(text, start)) return null;
  const query = text.slice(start + 1, caret);
  if (query.includes('\n') || query.startsWith(' ')) return null;
  if (query.split(' ').length > MOST_WORDS) return null;
  if (codeRanges(text.slice(0, caret)).some(([from, to]) => from <= start && start < to)) {
    return null;
  }
  return { start, query };
}

/** The text with the mention completed, and where the caret goes then. */
export function completed(
  text: string,
  at: MentionQuery,
  name: string,
): { text: string; caret: number } {
  const end = at.start + 1 + at.query.length;
  const rest = text.slice(end);
  const gap = /^\s/.test(rest) ? '' : ' ';
  const before = `${text.slice(0, at.start)}@${name}`;
  return { text: before + gap + rest, caret: before.length + 1 };
}

/** A mention and every way in which it may have been written. */
export interface Written {
  mention: Mention;
  forms: string[];
}

/** How a mention may stand in a text: a person by full or first name or their address, a model with or without its provider. */
export function formsOf(mention: Mention, email?: string): string[] {
  const forms = [mention.name];
  if (mention.kind === 'person') {
    const first = mention.name.split(/\s+/)[0];
    if (first) forms.push(first);
    const local = email?.split('@')[0];
    if (local) forms.push(local);
  } else {
    forms.push(mention.id, mention.id.slice(mention.id.indexOf('/') + 1));
  }
  return forms;
}

export type Piece = { text: string; mention: Mention | null };

/** Cuts a text at its mentions; the longest form that fits wins, and code is left alone. */
export function splitMentions(text: string, written: Written[]): Piece[] {
  if (written.length === 0 || !text.includes('@')) return [{ text, mention: null }];
  const forms = written
    .flatMap(({ mention, forms }) => forms.map((form) => ({ form: form.toLowerCase(), mention })))
    .filter(({ form }) => form !== '')
    .sort((a, b) => b.form.length - a.form.length);
  const code = codeRanges(text);
  const lower = text.toLowerCase();
  // Lower case may be longer or shorter in a few scripts; then the text is compared as it stands.
  const plain = lower.length === text.length ? lower : text;
  const pieces: Piece[] = [];
  let kept = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (!begins(text, at) || code.some(([from, to]) => from <= at && at < to)) continue;
    const hit = forms.find(
      ({ form }) => plain.startsWith(form, at + 1) && ends(text, at + 1 + form.length),
    );
    if (!hit) continue;
    const end = at + 1 + hit.form.length;
    if (at > kept) pieces.push({ text: text.slice(kept, at), mention: null });
    pieces.push({ text: text.slice(at, end), mention: hit.mention });
    kept = end;
    at = end - 1;
  }
  if (kept < text.length) pieces.push({ text: text.slice(kept), mention: null });
  return pieces;
}
