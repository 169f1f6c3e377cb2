import { open, api } from '@/api/client';
import type { Author, Mention, Message } from '@/api/contract';
import { isFailure, networkFailure } from '@/api/failure';
import { newId } from '@/api/id';
import type { Answer } from '@/live/answer';
import { emptyAnswer } from '@/live/answer';
import { follow } from '@/live/follow';
import { generations } from '@/live/generations';
import { clearDraft, draftText, NEW, setDraft } from './drafts';
import { addMessage, refreshMessages, seedEmpty } from './messages';
import { setProblem } from './problems';
import { amendThread, awaitTitle, createThread, refreshThreads } from './threads';
import { announce } from './announcing';

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

interface Run {
  threadId: string;
  begin: (signal: AbortSignal) => Promise<Response>;
  cutAfter: string | null | undefined;
  optimistic: Message | null;
  answer?: Answer;
  onLost: () => void;
  retry: (() => void) | null;
}

async function run({ threadId, begin, cutAfter, optimistic, answer, onLost, retry }: Run) {
  const abort = new AbortController();
  setProblem(threadId, null);
  generations.get(threadId)?.abort.abort();
  generations.set(threadId, {
    cutAfter,
    optimistic,
    answer: answer ?? emptyAnswer(),
    link: 'open',
    failure: null,
    startedAt: Date.now(),
    abort,
  });
  amendThread(threadId, { running: true });
  let title: string | null = null;
  let stored = false;
  try {
    const last = await follow({
      answer: answer ?? emptyAnswer(),
      begin,
      resume: resume(threadId),
      wait,
      signal: abort.signal,
      onChange: (next, link) => {
        generations.update(threadId, abort, { answer: next, link });
        if (next.userMessage && !stored) {
          stored = true;
          const key = optimistic?.client_id;
          if (key) generations.shownAs.set(next.userMessage.id, key);
          void refreshThreads(); // it is the newest conversation now
        }
        if (next.title && next.title !== title) {
          title = next.title;
          amendThread(threadId, { title });
        }
      },
    });
    if (!abort.signal.aborted) announce(last);
  } catch (error) {
    if (abort.signal.aborted) return;
    const failure = isFailure(error) ? error : networkFailure();
    const known = await refreshMessages(threadId).catch(() => null);
    const asked = optimistic?.client_id;
    const arrived =
      failure.status >= 500 || known?.messages.some((m) => asked && m.client_id === asked);
    if (!arrived) onLost();
    if (failure.code !== 'ALL_PROVIDERS_FAILED') setProblem(threadId, { failure, retry });
  } finally {
    if (!abort.signal.aborted) {
      amendThread(threadId, { running: false });
      await refreshMessages(threadId).catch(() => undefined);
      generations.remove(threadId, abort);
      void refreshThreads();
      void awaitTitle(threadId);
    }
  }
}

function ghost(threadId: string, content: string, parentId: string | null, me: Author): Message {
  const now = new Date().toISOString();
  return {
    id: newId(),
    thread_id: threadId,
    parent_id: parentId,
    author: me,
    role: 'user',
    content,
    reasoning: null,
    status: 'complete',
    error: null,
    model: null,
    provider: null,
    usage: null,
    attachments: [],
    metadata: {},
    siblings: [],
    seq: Number.MAX_SAFE_INTEGER,
    client_id: newId(),
    created_at: now,
    updated_at: now,
  };
}

function post(path: string, body: unknown) {
  const idempotencyKey = newId();
  return (signal: AbortSignal) =>
    open('POST', path, { body, accept: STREAM, signal, idempotencyKey });
}

/** How a message goes into a room. */
export interface How {
  /** A model answers, or not, whatever the thread says; undefined: as the thread says. */
  reply?: boolean;
  /** Whether an answer is awaited, as far as can be told here. */
  answered: boolean;
  /** The message that this one quotes. */
  replyTo: string | null;
  mentions: Mention[];
}

export interface Asking extends Partial<How> {
  content: string;
  model: string | null;
  me: Author;
}

/** Sends a message in a thread that exists. */
export function send(threadId: string, parentId: string | null, asking: Asking): void {
  const { content, model, me } = asking;
  const optimistic = {
    ...ghost(threadId, content, parentId, me),
    reply_to: asking.replyTo ?? null,
    mentions: asking.mentions ?? [],
  };
  const body = {
    content,
    model: model ?? undefined,
    client_id: optimistic.client_id,
    reply: asking.reply,
    reply_to: asking.replyTo ?? undefined,
  };
  clearDraft(threadId);
  if (asking.answered === false) {
    void say(threadId, optimistic, body);
    return;
  }
  void run({
    threadId,
    cutAfter: undefined,
    optimistic,
    begin: post(`/threads/${threadId}/messages`, body),
    onLost: () => {
      if (!draftText(threadId)) setDraft(threadId, content);
    },
    retry: null,
  });
}

/** Says something to the people of a thread; no model answers. */
async function say(threadId: string, optimistic: Message, body: unknown): Promise<void> {
  setProblem(threadId, null);
  addMessage(threadId, optimistic);
  try {
    await api.post(`/threads/${threadId}/messages`, body, { idempotencyKey: newId() });
  } catch (error) {
    if (!draftText(threadId)) setDraft(threadId, optimistic.content);
    setProblem(threadId, { failure: isFailure(error) ? error : networkFailure(), retry: null });
  }
  await refreshMessages(threadId).catch(() => undefined);
  void refreshThreads();
}

/** Sends the first message: shows it at once, makes the thread, then goes on in it. */
export async function sendFirst(asking: Asking, go: (threadId: string) => void): Promise<void> {
  const { content, model, me } = asking;
  const optimistic = ghost(NEW, content, null, me);
  setProblem(NEW, null);
  clearDraft(NEW);
  generations.set(NEW, {
    cutAfter: undefined,
    optimistic,
    answer: emptyAnswer(),
    link: 'open',
    failure: null,
    startedAt: Date.now(),
    abort: new AbortController(),
  });
  try {
    const thread = await createThread(model);
    seedEmpty(thread.id);
    generations.remove(NEW);
    void run({
      threadId: thread.id,
      cutAfter: undefined,
      optimistic: { ...optimistic, thread_id: thread.id },
      begin: post(`/threads/${thread.id}/messages`, {
        content,
        model: model ?? undefined,
        client_id: optimistic.client_id,
      }),
      onLost: () => setDraft(thread.id, content),
      retry: null,
    });
    void refreshThreads();
    go(thread.id);
  } catch (error) {
    generations.remove(NEW);
    setDraft(NEW, content);
    setProblem(NEW, { failure: isFailure(error) ? error : networkFailure(), retry: null });
  }
}

/** Asks for another answer to the same question. */
export function regenerate(threadId: string, reply: Message, model: string | null): void {
  const again = () => regenerate(threadId, reply, model);
  void run({
    threadId,
    cutAfter: reply.parent_id,
    optimistic: null,
    begin: post(`/threads/${threadId}/messages/${reply.id}/regenerate`, {
      model: model ?? undefined,
    }),
    onLost: () => undefined,
    retry: again,
  });
}

/** Asks in other words, on a new branch. The old words and answers stay. */
export function edit(threadId: string, message: Message, asking: Asking): void {
  const { content, model, me } = asking;
  void run({
    threadId,
    cutAfter: message.parent_id,
    optimistic: ghost(threadId, content, message.parent_id, me),
    begin: post(`/threads/${threadId}/messages/${message.id}/edit`, {
      content,
      model: model ?? undefined,
    }),
    onLost: () => {
      if (!draftText(threadId)) setDraft(threadId, content);
    },
    retry: () => edit(threadId, message, asking),
  });
}

/** Goes on with an answer that was cut short. */
export function goOn(threadId: string, reply: Message): void {
  void run({
    threadId,
    cutAfter: undefined,
    optimistic: null,
    answer: emptyAnswer({
      replyId: reply.id,
      text: reply.content,
      reasoning: reply.reasoning ?? '',
      model: reply.model,
      provider: reply.provider,
    }),
    begin: post(`/threads/${threadId}/messages/${reply.id}/continue`, {}),
    onLost: () => undefined,
    retry: () => goOn(threadId, reply),
  });
}

/** Joins an answer that is already running, for example after a reload. */
export function attach(threadId: string, reply: Message): void {
  if (generations.get(threadId)) return;
  void run({
    threadId,
    cutAfter: undefined,
    optimistic: null,
    answer: emptyAnswer({
      replyId: reply.id,
      text: reply.content,
      reasoning: reply.reasoning ?? '',
      replayed: true,
      model: reply.model,
      provider: reply.provider,
    }),
    begin: (signal) => resume(threadId)(reply.id, 0, signal),
    onLost: () => undefined,
    retry: null,
  });
}

/** Asks the server to stop; the stream itself then says that it is over. */
export async function stop(threadId: string, reply?: string): Promise<void> {
  const replyId = reply ?? generations.get(threadId)?.answer.replyId;
  if (!replyId) return;
  try {
    await api.post<Message>(`/threads/${threadId}/messages/${replyId}/stop`);
  } catch (error) {
    if (isFailure(error)) setProblem(threadId, { failure: error, retry: null });
  }
}
