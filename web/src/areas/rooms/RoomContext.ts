import { createContext, useContext } from 'react';
import type { Person } from './members';

/** The thread on screen as its messages see it: who is in it and what the reader may do. */
export interface Room {
  threadId: string;
  me: string;
  /** More than one person may be in it. */
  shared: boolean;
  /** The reader may write, and so edit and ask. */
  writes: boolean;
  people: ReadonlyMap<string, Person>;
}

export const RoomContext = createContext<Room>({
  threadId: '',
  me: '',
  shared: false,
  writes: true,
  people: new Map(),
});

export function useRoom(): Room {
  return useContext(RoomContext);
}
