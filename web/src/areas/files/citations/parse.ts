/** `[1]`, `[1, 2]`, `[1-3]`, and the brackets that some models put instead. */
const MARK = /(?:\[\^?|【)(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)(?:†[^\]】]*)?[\]】]/g;
const MOST = 12;

export type Piece = string | number;

function numbers(inside: string): number[] | null {
  const list: number[] = [];
  for (const part of inside.split(/[,;]/)) {
    const [from = 0, to = from] = part.split(/[–-]/).map((n) => Number(n.trim()));
    if (to < from || to - from >= MOST) return null;
    for (let n = from; n <= to; n++) list.push(n);
  }
  return list.length <= MOST ? list : null;
}

/** Cuts words where they cite: a number stands for a source. What names no source that there is stays as it is. */
export function splitCitations(text: string, known: (n: number) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const words = (to: number) => {
    if (to > at) pieces.push(text.slice(at, to));
  };
  for (const found of text.matchAll(MARK)) {
    const cited = numbers(found[1] ?? '');
    if (!cited?.every(known)) continue;
    // A citation leans on the word before it.
    words(found.index);
    const last = pieces.at(-1);
    if (typeof last === 'string' && last.trimEnd() !== '') {
      pieces[pieces.length - 1] = last.replace(/ $/, '');
    }
    pieces.push(...cited);
    at = found.index + found[0].length;
  }
  words(text.length);
  return pieces;
}

/** Which sources a text cites, in the order in which it does. Code is not read. */
export function citedIn(text: string, known: (n: number) => boolean): number[] {
  const prose = text.replace(/```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`/g, ' ');
  const all = splitCitations(prose, known).filter((p): p is number => typeof p === 'number');
  return [...new Set(all)];
}
