/** What `GET /search` takes and answers. */

export type HitKind = 'message' | 'file' | 'thread' | 'record';

/** By words and meaning together, by the very words, or by meaning alone. */
export const MODES = ['hybrid', 'keyword', 'semantic'] as const;
export type Mode = (typeof MODES)[number];

/** What is looked through; without one, everything. */
export const PLACES = ['messages', 'files', 'threads'] as const;
export type Place = (typeof PLACES)[number];

export interface Hit {
  kind: HitKind;
  id: string;
  thread_id: string | null;
  file_id: string | null;
  page: number | null;
  title: string | null;
  snippet: string;
  /** Stretches of the snippet that fit, in UTF-16 units: from, and up to. */
  marks: [number, number][];
  score: number;
  /** How many others say the same and were left out. */
  twins: number;
  author: { id: string; full_name: string } | null;
  created_at: string;
}

export interface Found {
  hits: Hit[];
  mode: Mode;
  /** What could not be asked this time. */
  degraded: 'semantic' | null;
  took_ms: number;
}

/** The most the server answers with. */
export const MOST_HITS = 50;
