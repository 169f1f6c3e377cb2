type Marks = readonly (readonly [number, number])[];

export interface Marking {
  text: string;
  marks: Marks;
}

/** Puts something short in the place of what a pattern finds; the marks move along. */
function replaced({ text, marks }: Marking, pattern: RegExp, by: string): Marking {
  const cuts = [...text.matchAll(pattern)].map((m) => ({
    from: m.index,
    to: m.index + m[0].length,
  }));
  if (cuts.length === 0) return { text, marks };
  const moved = (at: number) => {
    let shift = 0;
    for (const { from, to } of cuts) {
      if (at <= from) break;
      // What stood within begins where that ended.
      shift += at >= to ? by.length - (to - from) : by.length - (at - from);
    }
    return at + shift;
  };
  return {
    text: text.replace(pattern, by),
    marks: marks.map(([from, to]) => [moved(from), moved(to)] as const),
  };
}

const SIGNS: [RegExp, string][] = [
  [/```\w*|\*\*|__|~~|`/g, ''],
  // The line under the head of a table, and the lines between its cells.
  [/\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*/g, ' | '],
  [/(?:\s*\|\s+)+\|?|(?:\s+\|\s*)+/g, ' · '],
  [/(?<=^|\s)#{1,6}\s+/g, ''],
];

/** A stretch of Markdown as words, where there is no room to draw it. */
export function plainly(text: string, marks: Marks): Marking {
  return SIGNS.reduce<Marking>((so, [pattern, by]) => replaced(so, pattern, by), { text, marks });
}
