import { useSyncExternalStore } from 'react';

/** One value that the page watches. */
export class Cell<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  set(next: T): void {
    if (Object.is(next, this.value)) return;
    this.value = next;
    for (const listener of [...this.listeners]) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** What is in a cell, or a part of it; the part must be equal by identity while nothing changed. */
export function useCell<T, P = T>(cell: Cell<T>, part?: (value: T) => P): P {
  const read = () => (part ? part(cell.get()) : (cell.get() as unknown as P));
  return useSyncExternalStore(cell.subscribe, read, read);
}
