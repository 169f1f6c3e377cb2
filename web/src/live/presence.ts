import { Cell, useCell } from './cell';

export type Presence = 'online' | 'idle' | 'offline';

/** Who of the workspace is there. Empty while nobody knows. */
export const presences = new Cell<ReadonlyMap<string, Presence>>(new Map());

export function usePresence(userId: string): Presence {
  return useCell(presences, (all) => all.get(userId) ?? 'offline');
}

/** How many people of the workspace are here, oneself among them. */
export function useOnlineCount(): number {
  return useCell(presences, (all) => [...all.values()].filter((p) => p !== 'offline').length);
}
