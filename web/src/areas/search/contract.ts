/** What `GET /search` takes and answers. */
import type { components } from '../../api/schema.gen.ts';

type Schemas = components['schemas'];

/** By words and meaning together, by the very words, or by meaning alone. */
export type Mode = Schemas['Mode'];
export const MODES = ['hybrid', 'keyword', 'semantic'] as const satisfies readonly Mode[];

/** What is looked through; without one, everything. */
export const PLACES = ['messages', 'files', 'threads'] as const;
export type Place = (typeof PLACES)[number];

export type HitKind = Schemas['IndexKind'];

/** Stretches of a text in UTF-16 units: from, and up to. The document knows no pairs. */
export type Hit = Omit<Schemas['Hit'], 'marks'> & { marks: [number, number][] };
export type Found = Omit<Schemas['Hits'], 'hits'> & { hits: Hit[] };

/** The most the server answers with. */
export const MOST_HITS = 50;
