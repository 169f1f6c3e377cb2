import type { ServerResponse } from 'node:http';
import type { Message, MessageStatus } from '../../src/api/contract.ts';
import { now, store } from './store.ts';
import { RICH, SHORT, words } from './texts.ts';

interface Event {
  id: number;
  data: string;
}

/** A running answer: it belongs to the server, and any number of connections may listen. */
export interface Running {
  reply: Message;
  events: Event[];
  listeners: Set<ServerResponse>;
  stop: boolean;
  over: boolean;
}

export const running = new Map<string, Running>();

const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));

function write(res: ServerResponse, event: Event): void {
  res.write(`id: ${event.id}\ndata: ${event.data}\n\n`);
}

function emit(run: Running, part: unknown): void {
  const data = typeof part === 'string' ? part : JSON.stringify(part);
  const event = { id: run.reply.content.length, data };
  run.events.push(event);
  for (const res of run.listeners) write(res, event);
}

export function head(res: ServerResponse): void {
  res.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-vercel-ai-ui-message-stream': 'v1',
  });
}

/** Everything from an offset of the text on, then whatever comes. */
export function listen(run: Running, res: ServerResponse, from: number): void {
  head(res);
  for (const event of run.events) {
    const isText = event.data.includes('"text-delta"');
    if (!isText || event.id > from) write(res, event);
  }
  if (run.over) return void res.end();
  run.listeners.add(res);
  res.on('close', () => run.listeners.delete(res));
}

function end(run: Running, status: MessageStatus, extra: unknown[] = []): void {
  const { reply } = run;
  reply.status = status;
  reply.updated_at = now();
  for (const part of extra) emit(run, part);
  emit(run, { type: 'data-status', data: { status } });
  emit(
    run,
    status === 'failed' ? { type: 'error', errorText: reply.error?.error } : { type: 'finish' },
  );
  emit(run, '[DONE]');
  run.over = true;
  for (const res of run.listeners) res.end();
  run.listeners.clear();
  running.delete(reply.id);
  const thread = store.threads.get(reply.thread_id);
  if (thread) {
    thread.running = false;
    thread.last_message_at = now();
  }
}

function drop(run: Running): void {
  for (const res of run.listeners) res.destroy();
  run.listeners.clear();
}

/**
 * Makes up an answer. Words in the question steer it: [rich] [slow] [drop] [die] [hang] [think].
 */
export async function generate(run: Running, question: Message): Promise<void> {
  const { reply } = run;
  const wants = (word: string) => question.content.includes(`[${word}]`);
  const thread = store.threads.get(reply.thread_id);
  if (thread) thread.running = true;
  emit(run, {
    type: 'start',
    messageId: reply.id,
    messageMetadata: { model: reply.model, provider: reply.provider },
  });
  emit(run, { type: 'data-message', data: { message: question, reply_id: reply.id } });
  emit(run, {
    type: 'data-attempt',
    data: { provider: reply.provider, model: reply.model, attempt: 1, ok: true },
  });
  await pause(250);
  if (wants('think')) {
    emit(run, { type: 'reasoning-start', id: 'r' });
    for (const word of words(
      'The question is about rivers. First the definition, then the sum of both flows, then a table.',
    )) {
      reply.reasoning = (reply.reasoning ?? '') + word;
      emit(run, { type: 'reasoning-delta', id: 'r', delta: word });
      await pause(25);
    }
    emit(run, { type: 'reasoning-end', id: 'r' });
  }
  emit(run, { type: 'text-start', id: 't' });
  const cites = 'sources' in reply.metadata;
  const text = cites
    ? 'The oven was serviced in March [1].'
    : wants('rich') || question.content.length > 60
      ? RICH
      : SHORT;
  const all = words(wants('slow') ? text.repeat(6) : text);
  const done = words(reply.content).length;
  const begin = reply.content ? Math.min(done, all.length - 1) : 0;
  for (let i = begin; i < all.length; i++) {
    if (run.stop) return end(run, 'stopped');
    if (wants('hang') && i === 12) return;
    if (wants('die') && i === 15 && begin === 0) return end(run, 'interrupted');
    if (wants('drop') && i === 20) drop(run);
    const delta = all[i] ?? '';
    reply.content += delta;
    emit(run, { type: 'text-delta', id: 't', delta });
    await pause(wants('slow') ? 60 : 8);
  }
  emit(run, { type: 'text-end', id: 't' });
  reply.usage = {
    input_tokens: 412,
    output_tokens: all.length,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_micros: reply.provider === 'openai' ? 1840 : null,
    first_word_ms: 260,
    total_ms: 2600,
  };
  const extra: unknown[] = [{ type: 'data-usage', data: reply.usage }];
  if (thread && !thread.title) {
    thread.title =
      question.content
        .replace(/\[[a-z]+\]/g, '')
        .trim()
        .slice(0, 48) || 'Untitled';
    extra.push({ type: 'data-title', data: { title: thread.title } });
  }
  end(run, 'complete', extra);
}
