/** A stretch of a snippet, which fits what was asked for or not. */
export interface Stretch {
  text: string;
  marked: boolean;
}

function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}

/** Marks as they may be drawn: in order, within the text, apart, and never through a character. */
function sound(text: string, marks: readonly (readonly [number, number])[]): [number, number][] {
  const list: [number, number][] = [];
  for (const [from, to] of marks.toSorted((a, b) => a[0] - b[0])) {
    let start = Math.max(0, from);
    let end = Math.min(text.length, to);
    if (!(start < end)) continue;
    if (splitsPair(text, start)) start -= 1;
    if (splitsPair(text, end)) end += 1;
    const last = list.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else list.push([start, end]);
  }
  return list;
}

/** A text cut where its marks begin and end; put together again it is the text. */
export function stretches(text: string, marks: readonly (readonly [number, number])[]): Stretch[] {
  const list: Stretch[] = [];
  let at = 0;
  const add = (to: number, marked: boolean) => {
    if (to > at) list.push({ text: text.slice(at, to), marked });
    at = to;
  };
  for (const [from, to] of sound(text, marks)) {
    add(from, false);
    add(to, true);
  }
  add(text.length, false);
  return list;
}

/** So far from the beginning a mark may stand where there is one line for it all. */
const LEAD = 28;

/** The text from shortly before its first mark, for where only its beginning has room. */
export function fromFirstMark(
  text: string,
  marks: readonly (readonly [number, number])[],
): { text: string; marks: [number, number][] } {
  const list = sound(text, marks);
  const first = list[0]?.[0] ?? 0;
  if (first <= LEAD) return { text, marks: list };
  const space = text.lastIndexOf(' ', first - LEAD / 2);
  const cut = space > 0 && first - space < LEAD ? space + 1 : first;
  return {
    text: `…${text.slice(cut)}`,
    marks: list.map(([from, to]) => [from - cut + 1, to - cut + 1]),
  };
}
