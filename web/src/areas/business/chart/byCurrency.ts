import type { Point, Row } from '../types';

export interface OneCurrency<T> {
  currency: string | null;
  list: T[];
}

/** Different currencies stand side by side and are never added: each has a list of its own. */
export function byCurrency<T extends Pick<Point | Row, 'currency'>>(list: T[]): OneCurrency<T>[] {
  const lists = new Map<string | null, T[]>();
  for (const one of list) {
    const known = lists.get(one.currency);
    if (known) known.push(one);
    else lists.set(one.currency, [one]);
  }
  return [...lists].map(([currency, of]) => ({ currency, list: of }));
}
