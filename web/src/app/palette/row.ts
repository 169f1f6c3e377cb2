import type { ReactNode } from 'react';

/** One line of the palette, whatever it does. */
export interface Row {
  id: string;
  group: string;
  face: ReactNode;
  label: ReactNode;
  detail?: ReactNode;
  /** When, or which key. */
  aside?: ReactNode;
  /** Puts words into the field instead of closing the palette. */
  write?: string;
  run?: () => void;
}

/** Rows by their group, in the order in which the groups come first. */
export function grouped(rows: Row[]): { group: string; rows: Row[] }[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const list = groups.get(row.group);
    if (list) list.push(row);
    else groups.set(row.group, [row]);
  }
  return [...groups].map(([group, list]) => ({ group, rows: list }));
}
