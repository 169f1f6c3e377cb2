import { queryClient } from '@/api/queryClient';
import { kept } from './kept';
import { isTemporary } from './outbox';

const WAIT_MS = 1_500;
const KEPT = new Set(['me', 'thread', 'messages', 'thread-members', 'models']);
/** Of a long conversation the newest. */
const MESSAGES = 60;

function isKept(key: readonly unknown[]): boolean {
  const [name, of] = key;
  if (name === 'threads') {
    const view = of as { archived: boolean; q: string } | undefined;
    return view?.archived === false && view.q === '';
  }
  return KEPT.has(String(name)) && !(typeof of === 'string' && isTemporary(of));
}

interface Rows {
  messages: unknown[];
  older: string | null;
}
interface Pages {
  pages: unknown[];
}

/** What of a value is kept: the first page of a list, the newest messages. */
function portion(key: readonly unknown[], value: unknown): unknown {
  if (key[0] === 'threads') return (value as Pages).pages[0];
  if (key[0] !== 'messages') return value;
  const rows = value as Rows;
  if (rows.messages.length <= MESSAGES) return rows;
  return { messages: rows.messages.slice(-MESSAGES), older: 'unknown' };
}

/** Keeps what was read, a moment later, for reading without a network. */
export function keepPages(signal: AbortSignal): void {
  const changed = new Map<string, readonly unknown[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    timer = undefined;
    const rows = [...changed.values()].flatMap((key) => {
      const value: unknown = queryClient.getQueryData(key);
      return value === undefined || value === null ? [] : [{ key, value: portion(key, value) }];
    });
    changed.clear();
    if (rows.length > 0) void kept.write(rows);
  };
  const stop = queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success') return;
    const key = event.query.queryKey;
    if (!isKept(key)) return;
    changed.set(event.query.queryHash, key);
    timer ??= setTimeout(write, WAIT_MS);
  });
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    stop();
  });
}
