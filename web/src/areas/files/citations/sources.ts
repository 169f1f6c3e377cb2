import { createContext } from 'react';
import type { Source } from '../contract';

export type Sources = ReadonlyMap<number, Source>;

/** What the numbers in an answer stand for; nothing where there are none. */
export const SourcesContext = createContext<Sources | null>(null);

function isSource(value: unknown): value is Source {
  if (typeof value !== 'object' || value === null) return false;
  const { n, kind, file_id, name } = value as Record<string, unknown>;
  return (
    typeof n === 'number' &&
    kind === 'file' &&
    typeof file_id === 'string' &&
    typeof name === 'string'
  );
}

/** Read once for each answer: what hangs on it is drawn again only when it changes. */
const read = new WeakMap<object, Sources | null>();

/** Of whatever has `sources`: the facts of an answer, or an analysis. */
export function sourcesOf(metadata: { sources?: unknown } | null | undefined): Sources | null {
  if (!metadata) return null;
  const known = read.get(metadata);
  if (known !== undefined) return known;
  const list = Array.isArray(metadata.sources) ? metadata.sources.filter(isSource) : [];
  const sources = list.length > 0 ? new Map(list.map((s) => [s.n, s])) : null;
  read.set(metadata, sources);
  return sources;
}
