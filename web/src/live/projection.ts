import type { Message } from '@/api/contract';
import type { Generation } from './generations';

/** A message as shown: what the server has, with a running answer laid over it. */
export interface Shown {
  key: string;
  message: Message;
  live: boolean;
  reconnecting: boolean;
  /** The last provider that was tried and failed, while another is being asked. */
  failed: string | null;
}

function replyMessage(
  threadId: string,
  generation: Generation,
  stored: Message | null,
  parentId: string | null,
): Message {
  const { answer } = generation;
  const base: Message = stored ?? {
    id: answer.replyId ?? 'pending',
    thread_id: threadId,
    parent_id: parentId,
    author: null,
    role: 'assistant',
    content: '',
    reasoning: null,
    status: 'streaming',
    error: null,
    model: null,
    provider: null,
    usage: null,
    attachments: [],
    metadata: {},
    siblings: [],
    seq: Number.MAX_SAFE_INTEGER,
    client_id: null,
    created_at: new Date(generation.startedAt).toISOString(),
    updated_at: new Date(generation.startedAt).toISOString(),
  };
  return {
    ...base,
    content: answer.text,
    reasoning: answer.reasoning || base.reasoning,
    status: answer.done ? answer.status : 'streaming',
    error: answer.error,
    model: answer.model ?? base.model,
    provider: answer.provider ?? base.provider,
    usage: answer.usage ?? base.usage,
  };
}

interface Row {
  message: Message;
  live: boolean;
}

/**
 * One key from a message's first word to its stored form, so that nothing on the page is taken down
 * and built again: a person's message goes by the id its sender gave it, an answer by its question.
 */
function withKeys(
  rows: Row[],
  generation: Generation | null,
  shownAs: ReadonlyMap<string, string>,
): Shown[] {
  const reconnecting = generation?.link === 'reconnecting';
  const tried = generation?.answer.attempts.at(-1);
  const failed = tried && !tried.ok ? tried.provider : null;
  let asked: { id: string; key: string } | null = null;
  return rows.map(({ message, live }) => {
    let key = shownAs.get(message.id) ?? message.client_id ?? message.id;
    if (message.role === 'assistant' && message.parent_id !== null) {
      key = `re:${asked?.id === message.parent_id ? asked.key : message.parent_id}`;
    }
    asked = { id: message.id, key };
    return {
      key,
      message,
      live,
      reconnecting: live && reconnecting,
      failed: live ? failed : null,
    };
  });
}

/** Lays a running answer over the stored messages (oldest first). */
export function project(
  threadId: string,
  stored: Message[],
  generation: Generation | null,
  shownAs: ReadonlyMap<string, string> = new Map(),
): Shown[] {
  const plain = (message: Message): Row => ({ message, live: false });
  if (!generation) return withKeys(stored.map(plain), null, shownAs);
  const { answer, optimistic, cutAfter } = generation;

  if (answer.replyId && stored.some((m) => m.id === answer.replyId)) {
    const rows = stored.map((m) =>
      m.id === answer.replyId
        ? { message: replyMessage(threadId, generation, m, m.parent_id), live: true }
        : plain(m),
    );
    return withKeys(rows, generation, shownAs);
  }

  let kept = stored;
  if (cutAfter !== undefined) {
    const cut = cutAfter === null ? -1 : stored.findIndex((m) => m.id === cutAfter);
    if (cutAfter === null || cut >= 0) kept = stored.slice(0, cut + 1);
  }
  const rows = kept.map(plain);
  const asked = answer.userMessage ?? optimistic;
  if (asked && !kept.some((m) => m.id === asked.id)) {
    rows.push(plain({ ...asked, client_id: optimistic?.client_id ?? asked.client_id }));
  }
  const parent = asked?.id ?? kept.at(-1)?.id ?? null;
  rows.push({ message: replyMessage(threadId, generation, null, parent), live: true });
  return withKeys(rows, generation, shownAs);
}
