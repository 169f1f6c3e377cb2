/** The words of a search: `from:name`, `in:title`, `before:` and `after:` a day, `type:`, "phrases", word*. */
export const OPERATORS = ['from', 'in', 'before', 'after', 'type'] as const;
export type Operator = (typeof OPERATORS)[number];

export const FILE_TYPES = [
  'pdf',
  'image',
  'document',
  'sheet',
  'slides',
  'text',
  'code',
  'audio',
  'video',
] as const;

/** What `type:` may say. */
export const TYPES = ['message', 'thread', 'file', ...FILE_TYPES] as const;

/** One word, phrase or operator, and where it stands. */
export interface Piece {
  start: number;
  end: number;
  operator: Operator | null;
  /** Without the operator and the quotation marks. */
  value: string;
}

const PIECE = new RegExp(`(?:(${OPERATORS.join('|')}):)?("[^"]*"?|[^\\s"]*)`, 'giy');

function unquoted(text: string): string {
  return text.replace(/^"|"$/g, '');
}

export function pieces(text: string): Piece[] {
  const list: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    PIECE.lastIndex = at;
    const [all = '', operator, value = ''] = PIECE.exec(text) ?? [];
    const end = at + Math.max(1, all.length);
    list.push({
      start: at,
      end,
      operator: (operator?.toLowerCase() as Operator | undefined) ?? null,
      value: unquoted(value),
    });
    at = end;
  }
  return list;
}

/** As a value is written: in quotation marks where it has a space. */
export function quoted(value: string): string {
  const plain = value.replaceAll('"', '').trim();
  return /\s/.test(plain) ? `"${plain}"` : plain;
}

/** What an operator is given; null where it is not there or says nothing. */
export function valueOf(text: string, operator: Operator): string | null {
  return pieces(text).findLast((p) => p.operator === operator && p.value)?.value ?? null;
}

/** The same search with another value for an operator, or without it. */
export function withValue(text: string, operator: Operator, value: string | null): string {
  const rest = pieces(text)
    .filter((p) => p.operator !== operator)
    .map((p) => text.slice(p.start, p.end));
  if (value) rest.push(`${operator}:${quoted(value)}`);
  return rest.join(' ');
}

/** What is searched for, without where, by whom and when. */
export function wordsOf(text: string): string {
  return pieces(text)
    .filter((p) => p.operator === null)
    .map((p) => text.slice(p.start, p.end))
    .join(' ');
}

/** There is something in it that can be found. */
export function saysSomething(text: string): boolean {
  return pieces(text).some((p) => /[\p{L}\p{N}\p{S}]/u.test(p.value));
}

/** The operator whose value the caret stands in, and what is typed of that value so far. */
export interface Completing {
  operator: Operator;
  typed: string;
  start: number;
  end: number;
}

export function completingAt(text: string, caret: number): Completing | null {
  for (const piece of pieces(text)) {
    if (piece.operator === null) continue;
    const begins = piece.start + piece.operator.length + 1;
    if (caret < begins || caret > piece.end) continue;
    const value = text.slice(begins, piece.end);
    // Behind the closing quotation mark it is complete.
    if (caret === piece.end && /^".*"$/.test(value)) return null;
    const typed = unquoted(text.slice(begins, caret));
    return { operator: piece.operator, typed, start: piece.start, end: piece.end };
  }
  return null;
}

/** The text with the value put in, a space behind it, and where the caret goes then. */
export function complete(text: string, at: Completing, value: string) {
  const before = `${text.slice(0, at.start)}${at.operator}:${quoted(value)} `;
  return { text: before + text.slice(at.end).trimStart(), caret: before.length };
}
