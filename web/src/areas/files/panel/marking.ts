/** A text with spaces and case evened out, and where each of its letters stands in the original. */
function evened(text: string): { plain: string; at: number[] } {
  let plain = '';
  const at: number[] = [];
  let space = true;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charAt(i);
    if (/\s/.test(letter)) {
      if (!space) {
        plain += ' ';
        at.push(i);
      }
      space = true;
      continue;
    }
    space = false;
    // One letter for one: what grows when it is lowered stays as it is.
    const low = letter.toLowerCase();
    plain += low.length === 1 ? low : letter;
    at.push(i);
  }
  return { plain, at };
}

const LEAST = 12;

/**
 * Where a passage stands in a text: the whole of it, or, where that is not found (it was cut, or read otherwise), its
 * longest beginning that is.
 */
export function findPassage(text: string, passage: string): [from: number, to: number] | null {
  const where = evened(text);
  let what = evened(passage.replace(/^[…. ]+|[…. ]+$/g, '')).plain.trim();
  while (what.length > 0) {
    const found = where.plain.indexOf(what);
    if (found >= 0) {
      const from = where.at[found] ?? 0;
      const to = (where.at[found + what.length - 1] ?? from) + 1;
      return [from, to];
    }
    if (what.length <= LEAST) return null;
    what = what.slice(0, Math.max(LEAST, Math.floor(what.length * 0.75))).trim();
  }
  return null;
}
