import type { Hit } from './contract';
import { plainly } from './plain';
import type { SearchText } from './text';

type Marks = readonly (readonly [number, number])[];

/** What stands first of a hit, what fits in it, and what is said beside it. */
export interface HitWords {
  title: string;
  titleMarks: Marks;
  snippet: string | null;
  snippetMarks: Marks;
  /** Who wrote it, or on which page it is. */
  who: string | null;
  where: string | null;
}

export function hitWords(hit: Hit, me: string, s: SearchText, untitled: string): HitWords {
  const title = hit.title ?? untitled;
  const named = hit.snippet === title;
  const plain = {
    title,
    titleMarks: named ? hit.marks : [],
    snippet: named || hit.snippet === '' ? null : hit.snippet,
    snippetMarks: hit.marks,
  };
  if (hit.kind === 'thread') return { ...plain, who: null, where: null };
  if (hit.kind === 'file') {
    return { ...plain, who: hit.page === null ? null : s.page(hit.page), where: null };
  }
  const said = plainly(hit.snippet, hit.marks);
  const author = hit.author?.id === me ? s.you : hit.author?.full_name;
  return {
    title: said.text,
    titleMarks: said.marks,
    snippet: null,
    snippetMarks: [],
    who: author ?? s.answer,
    where: title,
  };
}
