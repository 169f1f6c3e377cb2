import { open } from '@/api/client';
import type { Message } from '@/api/contract';
import { emptyAnswer } from '@/live/answer';
import type { Answer } from '@/live/answer';
import { follow } from '@/live/follow';
import { generations } from '@/live/generations';
import type { Exchange } from '@/live/exchange';
import { coming } from '@/live/projection';
import { announce } from './announcing';
import { refreshMessages } from './messages';
import { amendThread, awaitTitle, refreshThreads } from './threads';

const STREAM = 'text/event-stream';

/** Waits, but no longer than until the network is back. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}

function resume(threadId: string) {
  return (replyId: string, from: number, signal: AbortSignal) =>
    open('GET', `/threads/${threadId}/messages/${replyId}/stream`, {
      query: { from },
      accept: STREAM,
      signal,
    });
}

interface Following {
  threadId: string;
  begin: (signal: AbortSignal) => Promise<Response>;
  answer?: Answer;
  /** Called once, when the answer has a name. */
  onNamed?: (answer: Answer) => void;
}

/** Follows an answer by a stream of its own: the way where the live connection cannot bring it. */
async function followStream({ threadId, begin, answer, onNamed }: Following): Promise<void> {
  const abort = new AbortController();
  const first = answer ?? emptyAnswer();
  let named: string | null = null;
  let title: string | null = null;
  const name = (now: Answer) => {
    if (named !== null || now.replyId === null) return;
    named = now.replyId;
    generations.stream(named, { threadId, answer: now, link: 'open', abort });
    amendThread(threadId, { running: true });
    onNamed?.(now);
  };
  name(first);
  try {
    const last = await follow({
      answer: first,
      begin,
      resume: resume(threadId),
      wait,
      signal: abort.signal,
      onChange: (next, link) => {
        name(next);
        if (named) generations.update(named, abort, { answer: next, link });
        if (next.title && next.title !== title) {
          title = next.title;
          amendThread(threadId, { title });
        }
      },
    });
    if (!abort.signal.aborted) announce(last);
  } finally {
    if (named && !abort.signal.aborted) {
      amendThread(threadId, { running: false });
      await refreshMessages(threadId).catch(() => undefined);
      generations.finish(named, abort);
      void refreshThreads();
      void awaitTitle(threadId);
    }
  }
}

/** Joins an answer that is already running. */
export function attach(threadId: string, reply: Message): void {
  if (generations.get(reply.id)?.abort) return;
  const running = generations.get(reply.id)?.answer;
  void followStream({
    threadId,
    answer: emptyAnswer({
      replyId: reply.id,
      text: running?.text ?? reply.content,
      reasoning: running?.reasoning ?? reply.reasoning ?? '',
      replayed: true,
      model: reply.model,
      provider: reply.provider,
    }),
    begin: (signal) => resume(threadId)(reply.id, running?.text.length ?? 0, signal),
  }).catch(() => undefined);
}

/**
 * Goes on reading an answer that came with the call itself. Answers as soon as the message is stored and its reply
 * has a name. `again` is the reply that goes on, where it is one that was there.
 */
export function adopt(
  threadId: string,
  response: Response,
  again: Message | null = null,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const known = again && {
      replyId: again.id,
      text: again.content,
      reasoning: again.reasoning ?? '',
      model: again.model,
      provider: again.provider,
    };
    followStream({
      threadId,
      begin: () => Promise.resolve(response),
      answer: emptyAnswer(known ?? {}),
      onNamed: (answer) => {
        const message = answer.userMessage;
        const id = answer.replyId ?? '';
        const parent = message?.id ?? again?.parent_id ?? null;
        const reply = again ?? coming(threadId, id, parent, Date.now());
        resolve({ message, reply: { ...reply, status: 'streaming' } });
      },
    }).then(
      () => resolve({}),
      (error: unknown) => reject(error as Error),
    );
  });
}

/** Looks whether a message was stored, though its call failed: its answer may have failed alone. */
export async function findSent(threadId: string, clientId: string): Promise<Exchange | null> {
  const { messages } = await refreshMessages(threadId);
  const message = messages.find((m) => m.client_id === clientId);
  if (!message) return null;
  const reply = messages.find((m) => m.parent_id === message.id);
  return { message, reply: reply ?? null };
}
