import type { Message } from '@/api/contract';
import type { Answer } from './answer';
import type { Asking, Spoken } from './generations';
import type { OutboxItem } from './outbox';
import { unstored } from './unstored';

/** How far a message is that the server may not have yet. */
export interface Sending {
  id: string;
  state: OutboxItem['state'];
  /** Why not, in the server's words. */
  failure: OutboxItem['failure'];
}

/** A message as shown: what the server has, with a running answer laid over it. */
export interface Shown {
  key: string;
  message: Message;
  live: boolean;
  reconnecting: boolean;
  /** The last provider that was tried and failed, while another is being asked. */
  failed: string | null;
  /** Only for what is still in the outbox. */
  sending: Sending | null;
}

/** A message of the outbox, as it will look. */
export interface Ghost {
  message: Message;
  sending: Sending;
  /** An answer is on its way as soon as this is. */
  asks: boolean;
}

/** Everything that is laid over the stored messages of a thread. */
export interface Over {
  asking: Asking | null;
  ghosts: Ghost[];
  spoken: (messageId: string) => Spoken | null;
  shownAs?: ReadonlyMap<string, string>;
}

interface Row {
  message: Message;
  spoken: Spoken | null;
  live: boolean;
  sending: Sending | null;
}

function overlaid(message: Message, answer: Answer): Message {
  return {
    ...message,
    content: answer.text,
    reasoning: answer.reasoning || message.reasoning,
    status: answer.done ? answer.status : 'streaming',
    error: answer.error ?? message.error,
    model: answer.model ?? message.model,
    provider: answer.provider ?? message.provider,
    usage: answer.usage ?? message.usage,
  };
}

/** The row of an answer of which nothing is known yet. */
export function coming(
  threadId: string,
  id: string,
  parentId: string | null,
  startedAt: number,
): Message {
  return unstored(
    { id, thread_id: threadId, parent_id: parentId, role: 'assistant', status: 'streaming' },
    startedAt,
  );
}

/**
 * One key from a message's first word to its stored form, so that nothing on the page is taken down
 * and built again: a person's message goes by the id its sender gave it, an answer by its question.
 */
function withKeys(rows: Row[], shownAs: ReadonlyMap<string, string>): Shown[] {
  let asked: { id: string; key: string } | null = null;
  return rows.map(({ message, spoken, live, sending }) => {
    let key = shownAs.get(message.id) ?? message.client_id ?? message.id;
    if (message.role === 'assistant' && message.parent_id !== null) {
      key = `re:${asked?.id === message.parent_id ? asked.key : message.parent_id}`;
    }
    asked = { id: message.id, key };
    const tried = live ? spoken?.answer.attempts.at(-1) : undefined;
    return {
      key,
      message,
      live,
      reconnecting: live && spoken?.link === 'reconnecting',
      failed: tried && !tried.ok ? tried.provider : null,
      sending,
    };
  });
}

/** Lays what runs, what was asked and what is still to be sent over the stored messages (oldest first). */
export function project(threadId: string, stored: Message[], over: Over): Shown[] {
  const { asking, ghosts, spoken, shownAs = new Map<string, string>() } = over;
  const plain = (message: Message): Row => {
    const heard = message.role === 'assistant' ? spoken(message.id) : null;
    // Once a message is stored to its end, what is heard of it besides is late; a stream of its own may be ahead.
    const said = heard && (heard.abort || message.status === 'streaming') ? heard : null;
    const goesOn = asking?.replyId === message.id;
    const runs = message.status === 'streaming' || goesOn || (said !== null && !said.answer.done);
    if (!said) {
      const shown: Message = goesOn ? { ...message, status: 'streaming', error: null } : message;
      return { message: shown, spoken: null, live: runs, sending: null };
    }
    return { message: overlaid(message, said.answer), spoken: said, live: runs, sending: null };
  };

  const there = asking?.replyId != null && stored.some((m) => m.id === asking.replyId);
  let kept = stored;
  if (asking && !there && asking.cutAfter !== undefined) {
    const cut = asking.cutAfter === null ? -1 : stored.findIndex((m) => m.id === asking.cutAfter);
    if (asking.cutAfter === null || cut >= 0) kept = stored.slice(0, cut + 1);
  }
  const rows = kept.map(plain);
  const clientIds = new Set(kept.map((m) => m.client_id));

  const awaits = (startedAt: number, id: string) => {
    const parent = rows.at(-1)?.message.id ?? null;
    rows.push({
      ...plain(coming(threadId, id, parent, startedAt)),
      live: true,
    });
  };
  if (asking && !there) {
    const own = asking.optimistic;
    if (own && !clientIds.has(own.client_id)) {
      rows.push({ message: own, spoken: null, live: false, sending: null });
    }
    awaits(asking.startedAt, asking.replyId ?? 'pending');
  }
  for (const { message, sending, asks } of ghosts) {
    if (clientIds.has(message.client_id)) continue;
    rows.push({ message, spoken: null, live: false, sending });
    if (asks && sending.state === 'sending') awaits(Date.parse(message.created_at), 'pending');
  }
  return withKeys(rows, shownAs);
}
