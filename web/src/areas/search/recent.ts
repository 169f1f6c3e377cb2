import { Cell } from '@/live/cell';
import { kept } from '@/live/kept';

/** What was searched for lately. It stays in this browser, and goes when one signs out. */
const KEY = ['searches'];
const MOST = 8;

export const recent = new Cell<readonly string[]>([]);

export async function loadRecent(): Promise<void> {
  const list = await kept.read<string[]>(KEY);
  if (Array.isArray(list)) recent.set(list.filter((q) => typeof q === 'string'));
  else recent.set([]);
}

function put(list: readonly string[]): void {
  recent.set(list);
  void kept.write([{ key: KEY, value: list }]);
}

/** The newest first, each once. What goes on from an earlier one takes its place. */
export function withSearch(list: readonly string[], q: string): readonly string[] {
  const plain = q.trim().replace(/\s+/g, ' ');
  if (plain.length < 2) return list;
  const lower = plain.toLowerCase();
  const others = list.filter((x) => !lower.startsWith(x.toLowerCase()));
  return [plain, ...others].slice(0, MOST);
}

export function remember(q: string): void {
  put(withSearch(recent.get(), q));
}

export function forget(q: string): void {
  put(recent.get().filter((x) => x !== q));
}

export function forgetAll(): void {
  recent.set([]);
  void kept.drop([KEY]);
}
