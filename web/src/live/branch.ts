import type { Message } from '@/api/contract';

/** What is loaded of a thread's branch in view, oldest first, and the way to what is older. */
export interface Loaded {
  messages: Message[];
  older: string | null;
}

/** There may be older messages, and the way to them is not known yet. */
export const UNKNOWN = 'unknown';

/**
 * Puts messages that arrived into what is loaded. The branch in view is what leads to `head`; null keeps the
 * head there was. Answers null when the branch cannot be known from here and must be read again.
 */
export function place(
  loaded: Loaded,
  fresh: readonly Message[],
  head: string | null,
): Loaded | null {
  const known = new Map(loaded.messages.map((m) => [m.id, m]));
  for (const message of fresh) known.set(message.id, message);
  let id = head ?? loaded.messages.at(-1)?.id ?? null;
  const branch: Message[] = [];
  while (id !== null) {
    const message = known.get(id);
    if (!message) break;
    branch.push(message);
    known.delete(id); // a circle would have no end
    id = message.parent_id;
  }
  branch.reverse();
  const first = branch[0];
  if (!first) return head === null && loaded.messages.length === 0 ? loaded : null;
  if (first.parent_id === null) return { messages: branch, older: null };
  const before = loaded.messages[0];
  return before?.id === first.id ? { messages: branch, older: loaded.older } : null;
}

/** The newest messages of the branch, as a snapshot brings them, over what was loaded before. */
export function placeNewest(before: Loaded | undefined, newest: Message[]): Loaded {
  const first = newest[0];
  if (!first) return { messages: [], older: null };
  if (first.parent_id === null) return { messages: newest, older: null };
  const at = before?.messages.findIndex((m) => m.id === first.id) ?? -1;
  if (!before || at < 0) return { messages: newest, older: UNKNOWN };
  return { messages: [...before.messages.slice(0, at), ...newest], older: before.older };
}

/** Answers of calls may come after the events that they caused: what is known may be newer. */
export function newerThan(loaded: Loaded | undefined, fresh: readonly Message[]): Message[] {
  const known = new Map(loaded?.messages.map((m) => [m.id, m]));
  return fresh.map((message) => {
    const here = known.get(message.id);
    if (!here) return message;
    const ended = here.status !== 'streaming' && message.status === 'streaming';
    const same = here.updated_at === message.updated_at && ended;
    return here.updated_at > message.updated_at || same ? here : message;
  });
}
