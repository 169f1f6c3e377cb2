import { api, open } from '@/api/client';
import type { Author, Message, Thread } from '@/api/contract';
import { takeFiles } from '@/areas/files/attaching';
import type { FileBrief } from '@/areas/files/contract';
import { isFailure, networkFailure } from '@/api/failure';
import { newId } from '@/api/id';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Loaded } from '@/live/branch';
import { Cell } from '@/live/cell';
import type { Exchange } from '@/live/exchange';
import { ASKING } from '@/live/exchange';
import { generations } from '@/live/generations';
import { live, outboxCell, put } from '@/live/live';
import { temporaryId } from '@/live/outbox';
import { unstored } from '@/live/unstored';
import { clearDraft, draftText, NEW, setDraft } from './drafts';
import { receiveAnswered, refreshMessages, seedEmpty } from './messages';
import { setProblem } from './problems';
import { NOTHING_OWN, receiveThread, refreshThreads } from './threads';

/** Other words for a message, before the server has them; its files stay. */
function ghost(before: Message, content: string, me: Author): Message {
  return unstored(
    {
      id: newId(),
      thread_id: before.thread_id,
      parent_id: before.parent_id,
      attachments: before.attachments,
      author: me,
      role: 'user',
      content,
      client_id: newId(),
    },
    Date.now(),
  );
}

interface Calling {
  threadId: string;
  path: string;
  body: unknown;
  cutAfter: string | null | undefined;
  optimistic: Message | null;
  /** The answer that goes on, where none is begun. */
  again: Message | null;
  onLost: () => void;
  retry: () => void;
}

async function call({ path, body, threadId, again }: Calling): Promise<Exchange> {
  const response = await open('POST', path, {
    ...ASKING,
    body,
    signal: AbortSignal.timeout(180_000),
  });
  if (response.headers.get('content-type')?.includes('text/event-stream')) {
    const { adopt } = await import('./streams');
    return adopt(threadId, response, again);
  }
  return ((await response.json()) as { data: Exchange }).data;
}

/** Asks for something that needs the server now: another answer, other words, going on. */
async function run(calling: Calling): Promise<void> {
  const { threadId, cutAfter, optimistic, again, onLost, retry } = calling;
  setProblem(threadId, null);
  generations.ask(threadId, {
    cutAfter,
    optimistic,
    replyId: again?.id ?? null,
    startedAt: Date.now(),
  });
  try {
    const { message, reply, replies } = await call(calling);
    const key = optimistic?.client_id;
    if (message && key) generations.shownAs.set(message.id, key);
    const answers = replies ?? (reply ? [reply] : []);
    const last = answers.at(-1) ?? message;
    const fresh = [...(message ? [message] : []), ...answers];
    const placed = last !== undefined && last !== null && receiveAnswered(threadId, fresh, last.id);
    if (!placed || !live.synced(`t:${threadId}`)) {
      await refreshMessages(threadId).catch(() => undefined);
    }
    void refreshThreads();
  } catch (error) {
    const failure = isFailure(error) ? error : networkFailure();
    const known = await refreshMessages(threadId).catch(() => null);
    const asked = optimistic?.client_id;
    const arrived =
      failure.status >= 500 || known?.messages.some((m) => asked && m.client_id === asked);
    if (!arrived) onLost();
    if (failure.code !== 'ALL_PROVIDERS_FAILED') setProblem(threadId, { failure, retry });
  } finally {
    generations.ask(threadId, null);
  }
}

/** How a message goes into a room. */
export interface How {
  /** The message that is quoted. */
  replyTo?: string | null;
  /** Whether a model answers; left open, the thread decides. */
  reply?: boolean;
  files?: FileBrief[];
}

export interface Asking extends How {
  content: string;
  model: string | null;
  me: Author;
  /** Who answers in the thread that is begun. */
  assistantId?: string | null;
}

function putMessage(threadId: string, asking: Asking): void {
  const { content, model, replyTo, reply, files = [] } = asking;
  const id = newId();
  put({
    id,
    lane: threadId,
    method: 'POST',
    path: `/threads/${threadId}/messages`,
    body: {
      content,
      model: model ?? undefined,
      client_id: id,
      reply_to: replyTo ?? undefined,
      reply,
      attachments: files.length > 0 ? files.map((file) => file.id) : undefined,
    },
    files,
  });
}

/** Sends a message in a thread that exists: it is on the page at once and goes out when it can. */
export function send(threadId: string, asking: Asking): void {
  setProblem(threadId, null);
  clearDraft(threadId);
  takeFiles(threadId);
  putMessage(threadId, asking);
}

/** The thread that is being made from the page of a new chat, by its temporary id. */
export const starting = new Cell<string | null>(null);

const PATIENCE_MS = 1_500;

/** What a temporary id has become; null when it takes too long. */
function realId(temporary: string): Promise<string | null> {
  return new Promise((resolve) => {
    const look = () => {
      const id = outboxCell.get().ids[temporary];
      const failed = outboxCell
        .get()
        .items.some((i) => i.makes === temporary && i.state === 'failed');
      if (id || failed) done(id ?? null);
    };
    const done = (id: string | null) => {
      clearTimeout(timer);
      stop();
      resolve(id);
    };
    const stop = outboxCell.subscribe(look);
    const timer = setTimeout(() => done(null), live.state() === 'offline' ? 0 : PATIENCE_MS);
    look();
  });
}

/** What is shown of a conversation that the server does not have yet. */
function seedThread(id: string, { content, model, me, assistantId, files }: Asking): void {
  const now = new Date().toISOString();
  const thread: Thread = {
    id,
    title: content.split('\n')[0]?.slice(0, 60) || (files?.[0]?.name ?? null),
    visibility: 'private',
    model,
    assistant_id: assistantId ?? null,
    pinned: false,
    archived: false,
    owner_id: me.id,
    head_id: null,
    answers: 'always',
    members: 1,
    ...NOTHING_OWN,
    role: 'owner',
    created_at: now,
    updated_at: now,
    last_message_at: now,
  };
  queryClient.setQueryData(keys.thread(id), thread);
  seedEmpty(id);
  receiveThread(thread);
}

/** Sends the first message: the thread is made first, whenever that can be. */
export async function sendFirst(asking: Asking, go: (threadId: string) => void): Promise<void> {
  const id = newId();
  const temporary = temporaryId(id);
  setProblem(NEW, null);
  clearDraft(NEW);
  takeFiles(NEW);
  starting.set(temporary);
  put({
    id,
    lane: temporary,
    method: 'POST',
    path: '/threads',
    body: { model: asking.model, assistant_id: asking.assistantId ?? undefined },
    makes: temporary,
  });
  putMessage(temporary, asking);
  const known = await realId(temporary);
  if (!known) seedThread(temporary, asking);
  if (starting.get() !== temporary) return; // one has gone elsewhere
  go(known ?? temporary);
  starting.set(null);
}

/** Asks for another answer to the same question. */
export function regenerate(threadId: string, reply: Message, model: string | null): void {
  void run({
    threadId,
    path: `/threads/${threadId}/messages/${reply.id}/regenerate`,
    body: { model: model ?? undefined },
    cutAfter: reply.parent_id,
    optimistic: null,
    again: null,
    onLost: () => undefined,
    retry: () => regenerate(threadId, reply, model),
  });
}

/** Asks in other words, on a new branch. The old words and answers stay. */
export function edit(threadId: string, message: Message, asking: Asking): void {
  const { content, model, me } = asking;
  const optimistic = ghost(message, content, me);
  void run({
    threadId,
    path: `/threads/${threadId}/messages/${message.id}/edit`,
    body: { content, model: model ?? undefined, client_id: optimistic.client_id },
    cutAfter: message.parent_id,
    optimistic,
    again: null,
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
    path: `/threads/${threadId}/messages/${reply.id}/continue`,
    body: {},
    cutAfter: undefined,
    optimistic: null,
    again: reply,
    onLost: () => undefined,
    retry: () => goOn(threadId, reply),
  });
}

/** Asks the server to stop one answer or whatever runs in the thread; that it is over comes the way its text came. */
export async function stop(threadId: string, reply?: string): Promise<void> {
  const loaded = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  const running = (loaded?.messages ?? []).filter(
    (m) =>
      (reply === undefined || m.id === reply) &&
      (m.status === 'streaming' || generations.get(m.id)?.answer.done === false),
  );
  try {
    for (const { id } of running) {
      await api.post<Message>(`/threads/${threadId}/messages/${id}/stop`);
    }
    if (!live.synced(`t:${threadId}`)) await refreshMessages(threadId);
  } catch (error) {
    if (isFailure(error)) setProblem(threadId, { failure: error, retry: null });
  }
}
