import type { Message, Thread } from '../../src/api/contract.ts';
import type { Running } from './answers.ts';
import { generate, head, listen, running } from './answers.ts';
import { brief } from './files.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { account } from './identity.ts';
import { seenBy } from './rooms.ts';
import { id, now, store, threadMessages } from './store.ts';

function thread(call: Call): Thread {
  const found = store.threads.get(call.params[0] ?? '');
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such thread.');
  return found;
}

function message(call: Call): Message {
  const found = store.messages.get(call.params[1] ?? '');
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such message.');
  return found;
}

function out(m: Message): Message {
  const list = threadMessages(m.thread_id).filter((x) => x.parent_id === m.parent_id);
  const attachments = m.attachments.flatMap((f) => brief(f.id) ?? []);
  return { ...m, attachments, siblings: list.map((x) => x.id) };
}

export function addMessage(t: Thread, part: Partial<Message>): Message {
  const m: Message = {
    id: id(),
    thread_id: t.id,
    parent_id: null,
    author: null,
    role: 'user',
    content: '',
    reasoning: null,
    status: 'complete',
    error: null,
    model: null,
    provider: null,
    usage: null,
    attachments: [],
    metadata: {},
    mentions: [],
    reactions: [],
    reply_to: null,
    siblings: [],
    seq: threadMessages(t.id).length + 1,
    client_id: null,
    created_at: now(),
    updated_at: now(),
    ...part,
  };
  store.messages.set(m.id, m);
  threadMessages(t.id).push(m);
  t.head_id = m.id;
  t.last_message_at = m.created_at;
  return m;
}

export function addThread(part: Partial<Thread>): Thread {
  const t: Thread = {
    id: id(),
    title: null,
    visibility: 'private',
    model: null,
    assistant_id: null,
    pinned: false,
    archived: false,
    owner_id: '',
    head_id: null,
    answers: 'always',
    members: 1,
    draft: null,
    running: false,
    role: 'owner',
    unread: 0,
    mentioned: false,
    read_seq: 0,
    muted: false,
    created_at: now(),
    updated_at: now(),
    last_message_at: now(),
    ...part,
  };
  store.threads.set(t.id, t);
  return t;
}

function path(t: Thread): Message[] {
  const list: Message[] = [];
  for (let m = store.messages.get(t.head_id ?? ''); m; m = store.messages.get(m.parent_id ?? '')) {
    list.push(m);
  }
  return list; // newest first
}

function refuse(call: Call, t: Thread, model: string): void {
  const content = str(call.body.content);
  if (content.includes('[limit]')) {
    throw new Refusal(429, 'RATE_LIMITED', 'Too many requests.', undefined, 20);
  }
  const provider = store.providers.find((p) => model.startsWith(`${p.provider}/`));
  const usable =
    provider && (provider.keys.length > 0 || provider.detected || provider.kind === 'builtin');
  if (content.includes('[nokey]') || (provider && !usable)) {
    throw new Refusal(
      424,
      'NO_PROVIDER_KEY',
      `There is no usable key for ${provider?.name ?? 'this model'}.`,
    );
  }
  void t;
}

/** What an answer about files leans on. */
function sources(question: Message): Record<string, unknown> {
  const list = question.attachments
    .filter((f) => !f.type.startsWith('image/'))
    .map((f, i) => ({
      n: i + 1,
      kind: 'file',
      file_id: f.id,
      name: f.name,
      page: 2,
      snippet: 'The oven was serviced in March. It took two days and cost 480 euros.',
    }));
  return list.length > 0 ? { sources: list } : {};
}

function reply(call: Call, t: Thread, question: Message, model: string): null {
  const name = model.startsWith('auto')
    ? store.providers.some((p) => p.provider === 'openai' && p.keys.length > 0)
      ? 'openai/gpt-5-mini'
      : 'builtin/demo'
    : model;
  const m = addMessage(t, {
    parent_id: question.id,
    role: 'assistant',
    status: 'streaming',
    model: name,
    provider: name.split('/')[0] ?? null,
    metadata: sources(question),
  });
  if (question.content.includes('[fail]')) {
    const details = [
      {
        field: 'groq/gpt-oss-120b',
        code: 'RATE_LIMITED',
        message: 'Too many requests; asked to wait 30 s',
      },
      {
        field: 'openai/gpt-5',
        code: 'UNAVAILABLE',
        message: 'Answered 503 three times',
      },
    ];
    m.status = 'failed';
    m.error = { code: 'ALL_PROVIDERS_FAILED', error: 'No provider could answer.', details };
    throw new Refusal(502, 'ALL_PROVIDERS_FAILED', 'No provider could answer.', details);
  }
  const run: Running = { reply: m, events: [], listeners: new Set(), stop: false, over: false };
  running.set(m.id, run);
  head(call.res);
  run.listeners.add(call.res);
  call.res.on('close', () => run.listeners.delete(call.res));
  void generate(run, out(question));
  return null;
}

export const chatRoutes: Route[] = [
  route('POST', '/threads', (call) => {
    const t = addThread({
      owner_id: account(call).id,
      title: str(call.body.title) || null,
      model: str(call.body.model) || null,
      assistant_id: str(call.body.assistant_id) || null,
    });
    return ok(t, 201);
  }),
  route('GET', '/threads', (call) => {
    const q = (call.query.get('q') ?? '').toLowerCase();
    const archived = call.query.get('archived') === 'true';
    const limit = Number(call.query.get('limit') ?? 50);
    const at = Number(call.query.get('cursor') ?? 0);
    const key = (t: Thread) => `${t.pinned ? 1 : 0}${t.last_message_at ?? t.created_at}`;
    const list = [...store.threads.values()]
      .filter((t) => t.archived === archived && (t.title ?? '').toLowerCase().includes(q))
      .sort((a, b) => (key(a) < key(b) ? 1 : -1));
    const next = at + limit < list.length ? String(at + limit) : null;
    const shown = list.slice(at, at + limit).map((t) => seenBy(t, call.userId));
    return { data: shown, next };
  }),
  route('GET', '/threads/:id', (call) => ok(seenBy(thread(call), call.userId))),
  route('PATCH', '/threads/:id', (call) =>
    ok(seenBy(Object.assign(thread(call), call.body), call.userId)),
  ),
  route('DELETE', '/threads/:id', (call) => {
    store.threads.delete(thread(call).id);
    return ok({});
  }),
  route('PUT', '/threads/:id/draft', (call) => {
    const draft = { text: str(call.body.text), updated_at: str(call.body.updated_at) };
    thread(call).draft = draft.text ? draft : null;
    return ok(draft);
  }),
  route('GET', '/threads/:id/messages', (call) => {
    const list = path(thread(call));
    const limit = Number(call.query.get('limit') ?? 50);
    const at = Number(call.query.get('cursor') ?? 0);
    const next = at + limit < list.length ? String(at + limit) : null;
    return { data: list.slice(at, at + limit).map(out), next };
  }),
  route('POST', '/threads/:id/messages', (call) => {
    const t = thread(call);
    const a = account(call);
    const model = str(call.body.model, t.model ?? 'auto');
    refuse(call, t, model);
    const parent = call.body.parent_id === undefined ? t.head_id : call.body.parent_id;
    const m = addMessage(t, {
      parent_id: (parent as string | null) ?? null,
      author: { id: a.id, full_name: a.full_name, avatar_color: a.avatar_color },
      content: str(call.body.content),
      client_id: str(call.body.client_id) || null,
      attachments: ((call.body.attachments as string[] | undefined) ?? []).flatMap(
        (fileId) => brief(fileId) ?? [],
      ),
      reply_to: str(call.body.reply_to) || null,
    });
    if (call.body.reply === false || call.accept === 'application/json') {
      return ok({ message: out(m), reply: null, replies: [] }, 201);
    }
    return reply(call, t, m, model);
  }),
  route('GET', '/threads/:id/messages/:mid', (call) => ok(out(message(call)))),
  route('GET', '/threads/:id/messages/:mid/stream', (call) => {
    const m = message(call);
    const from = Number(call.query.get('from') ?? 0);
    const run = running.get(m.id);
    if (run) listen(run, call.res, from);
    else {
      head(call.res);
      const rest = m.content.slice(from);
      const parts = [
        { type: 'start', messageId: m.id },
        { type: 'text-delta', id: 't', delta: rest },
        { type: 'data-status', data: { status: m.status } },
        { type: 'finish' },
      ];
      for (const part of parts) {
        call.res.write(`id: ${m.content.length}\ndata: ${JSON.stringify(part)}\n\n`);
      }
      call.res.end('data: [DONE]\n\n');
    }
    return null;
  }),
  route('POST', '/threads/:id/messages/:mid/stop', (call) => {
    const run = running.get(message(call).id);
    if (run) run.stop = true;
    return ok(out(message(call)));
  }),
  route('POST', '/threads/:id/messages/:mid/regenerate', (call) => {
    const m = message(call);
    const question = store.messages.get(m.parent_id ?? '');
    if (!question) throw new Refusal(409, 'CONFLICT', 'There is no question to answer.');
    const model = str(call.body.model, 'auto');
    refuse(call, thread(call), model);
    return reply(call, thread(call), question, model);
  }),
  route('POST', '/threads/:id/messages/:mid/edit', (call) => {
    const old = message(call);
    const t = thread(call);
    const model = str(call.body.model, t.model ?? 'auto');
    refuse(call, t, model);
    const m = addMessage(t, {
      parent_id: old.parent_id,
      author: old.author,
      content: str(call.body.content),
      attachments: old.attachments,
    });
    return reply(call, t, m, model);
  }),
  route('POST', '/threads/:id/messages/:mid/continue', (call) => {
    const m = message(call);
    const question = store.messages.get(m.parent_id ?? '');
    if (!question) throw new Refusal(409, 'CONFLICT', 'There is no question to answer.');
    m.status = 'streaming';
    m.error = null;
    const run: Running = { reply: m, events: [], listeners: new Set(), stop: false, over: false };
    running.set(m.id, run);
    head(call.res);
    run.listeners.add(call.res);
    void generate(run, out(question));
    return null;
  }),
  route('POST', '/threads/:id/fork', (call) => {
    const t = thread(call);
    const all = path(t).toReversed();
    const end = all.findIndex((m) => m.id === call.body.message_id);
    const copy = addThread({ owner_id: t.owner_id, title: t.title, model: t.model });
    let parent: string | null = null;
    for (const m of all.slice(0, end + 1)) {
      const { id: _id, thread_id: _thread, client_id: _client, ...rest } = m;
      parent = addMessage(copy, { ...rest, parent_id: parent }).id;
    }
    return ok(copy, 201);
  }),
  route('POST', '/threads/:id/head', (call) => {
    const t = thread(call);
    let leaf = store.messages.get(str(call.body.message_id));
    for (let next = leaf; next;) {
      leaf = next;
      next = threadMessages(t.id).findLast((m) => m.parent_id === leaf?.id);
    }
    t.head_id = leaf?.id ?? t.head_id;
    return ok(t);
  }),
];
