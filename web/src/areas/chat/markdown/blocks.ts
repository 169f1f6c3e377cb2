import { lex } from './lexer';

/** The pieces of a text that grows at its end; `tail` is where the last piece begins. */
export interface Blocks {
  text: string;
  raws: string[];
  tail: number;
}

export const NO_BLOCKS: Blocks = { text: '', raws: [], tail: 0 };

/**
 * Cuts a text into top-level blocks. When the text only grew, everything before the last block is
 * kept as it is, so that a stream costs as much as its last block and not as much as the answer.
 */
export function cut(text: string, before: Blocks): Blocks {
  if (text === before.text) return before;
  const grew = before.raws.length > 0 && text.startsWith(before.text);
  const from = grew ? before.tail : 0;
  const kept = grew ? before.raws.slice(0, -1) : [];
  const raws = [...kept];
  let at = from;
  let tail = from;
  for (const token of lex(text.slice(from))) {
    if (token.type === 'space' && raws.length > kept.length) {
      raws[raws.length - 1] += token.raw;
    } else if (token.raw.length > 0) {
      tail = at;
      raws.push(token.raw);
    }
    at += token.raw.length;
  }
  return { text, raws, tail };
}
