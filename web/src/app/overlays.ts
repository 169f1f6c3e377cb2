import { useSyncExternalStore } from 'react';

export type Overlay = 'palette' | 'keyboard';

let shown: Overlay | null = null;
let begun = '';
const listeners = new Set<() => void>();

function set(next: Overlay | null): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** The two sheets that any page can call up. */
export const overlays = {
  /** The palette may begin with words that stand in it already. */
  open: (overlay: Overlay, words = '') => {
    begun = words;
    set(overlay);
  },
  toggle: (overlay: Overlay) => (shown === overlay ? set(null) : overlays.open(overlay)),
  words: () => begun,
  close: () => set(null),
};

export function useOverlay(): Overlay | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
