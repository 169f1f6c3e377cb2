import type { Parts } from './frames';

/** By which field the rows of a collection are told apart. */
const ROW_KEYS: Record<string, string> = {
  messages: 'id',
  members: 'user_id',
  reads: 'user_id',
  threads: 'id',
  notifications: 'id',
  files: 'id',
  drafts: 'thread_id',
  states: 'thread_id',
};

type Row = Record<string, unknown>;

/** Puts rows over those with the same key, in place; new ones go to the end. */
export function upsert<T extends object>(rows: readonly T[], fresh: readonly T[], key: string) {
  const keyOf = (row: T) => (row as Row)[key];
  const next = [...rows];
  const places = new Map(next.map((row, i) => [keyOf(row), i]));
  for (const row of fresh) {
    const place = places.get(keyOf(row));
    if (place === undefined) {
      places.set(keyOf(row), next.length);
      next.push(row);
    } else next[place] = row;
  }
  return next;
}

export function without<T extends object>(
  rows: readonly T[],
  gone: readonly string[],
  key: string,
) {
  const away = new Set(gone);
  return rows.filter((row) => !away.has(String((row as Row)[key])));
}

/** The whole rule by which an event changes what is known of a scope. */
export function merge(parts: Parts, change: Parts): Parts {
  const next: Parts = { ...parts };
  for (const [name, part] of Object.entries(change)) {
    if (name === 'gone') continue;
    const key = ROW_KEYS[name];
    const before = next[name];
    next[name] =
      Array.isArray(part) && key
        ? upsert(Array.isArray(before) ? (before as object[]) : [], part as object[], key)
        : part;
  }
  for (const [name, ids] of Object.entries(change.gone ?? {})) {
    const key = ROW_KEYS[name];
    const before = next[name];
    if (key && Array.isArray(before)) next[name] = without(before as object[], ids, key);
  }
  return next;
}

/** A snapshot stands alone. */
export function snapshot(change: Parts): Parts {
  const { gone: _, ...parts } = change;
  return merge({}, parts);
}
