import { useSyncExternalStore } from 'react';

const KEY = 'trb.sidebar';

interface State {
  /** On wide screens: is it shown at all? */
  shown: boolean;
  /** On phones: is the drawer open? */
  drawer: boolean;
}

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'hidden';
  } catch {
    return true;
  }
}

let state: State = { shown: stored(), drawer: false };
const listeners = new Set<() => void>();

function set(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

const narrow = () => matchMedia('(max-width: 56rem)').matches;

export const sidebar = {
  toggle(): void {
    if (narrow()) return set({ ...state, drawer: !state.drawer });
    const shown = !state.shown;
    try {
      localStorage.setItem(KEY, shown ? 'shown' : 'hidden');
    } catch {
      // Then it is shown again next time.
    }
    set({ ...state, shown });
  },
  closeDrawer(): void {
    if (state.drawer) set({ ...state, drawer: false });
  },
};

export function useSidebar(): State {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
