import { useSyncExternalStore } from 'react';

/** The model chosen for the next new conversation, while this page lives. */
let chosen: string | null = null;
const listeners = new Set<() => void>();

export function setNewModel(model: string): void {
  chosen = model;
  for (const listener of listeners) listener();
}

export function useNewModel(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => chosen,
  );
}
