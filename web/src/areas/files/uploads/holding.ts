const PREFIX = 'trb.upload.';
const letGo = new Map<string, () => void>();

/** Tells the other tabs that this one is sending a file: to them it is not lost. */
export function hold(key: string): void {
  if (!('locks' in navigator)) return;
  const held = new Promise<void>((resolve) => letGo.set(key, resolve));
  void navigator.locks.request(PREFIX + key, () => held).catch(() => undefined);
}

export function release(key: string): void {
  letGo.get(key)?.();
  letGo.delete(key);
}

/** The uploads that some tab is sending. */
export async function heldKeys(): Promise<Set<string>> {
  if (!('locks' in navigator)) return new Set();
  const { held = [] } = await navigator.locks.query();
  const names = held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name] : []));
  return new Set(names.map((name) => name.slice(PREFIX.length)));
}
