import { useSyncExternalStore } from 'react';

export type Overlay = 'palette' | 'keyboard';

let shown: Overlay | null = null;
const listeners = new Set<() => void>();

function set(next: Overlay | null): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** The two sheets that any page can call up. */
export const overlays = {
  open: (overlay: Overlay) => set(overlay),
  toggle: (overlay: Overlay) => set(shown === overlay ? null : overlay),
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
