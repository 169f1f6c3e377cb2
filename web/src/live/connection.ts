import { Cell, useCell } from './cell';

/**
 * `live`: every change arrives by itself. `connecting`: on the way there. `offline`: nothing can be reached.
 * `fallback`: the server answers but has no live connection for us; the page asks again from time to time.
 */
export type Connection = 'live' | 'connecting' | 'offline' | 'fallback';

export const connection = new Cell<Connection>('connecting');
/** How many of one's own changes have not reached the server yet. */
export const pending = new Cell(0);

export function useConnection(): Connection {
  return useCell(connection);
}

export function usePending(): number {
  return useCell(pending);
}
