import { use } from 'react';
import { Cite } from './Cite';
import { splitCitations } from './parse';
import { SourcesContext } from './sources';

/** Words of an answer; where they cite a source, its number leads there. */
export function CitedWords({ text }: { text: string }) {
  const sources = use(SourcesContext);
  if (!sources || !/[[【]/.test(text)) return text;
  return splitCitations(text, (n) => sources.has(n)).map((piece, i) => {
    const source = typeof piece === 'number' ? sources.get(piece) : undefined;
    return source ? <Cite key={i} source={source} /> : piece;
  });
}
