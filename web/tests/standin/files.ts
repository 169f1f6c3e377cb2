import type { IncomingMessage } from 'node:http';
import type { Analysis, FileBrief, FileOut, FilePage } from '../../src/areas/files/contract.ts';
import { head } from './answers.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { account } from './identity.ts';
import { paper, sizeOf } from './papers.ts';
import { id, now, store } from './store.ts';
import { words } from './texts.ts';

interface Stored {
  file: FileOut;
  bytes: Buffer;
  pages: FilePage[];
  analyses: Analysis[];
}

interface Session {
  id: string;
  name: string;
  type: string;
  size: number;
  parts: (Buffer | null)[];
}

const PART = 8 * 1024 * 1024;
export const files = new Map<string, Stored>();
const sessions = new Map<string, Session>();
/** Analyses that someone asked to stop. */
const stopped = new Set<string>();

const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));

/** Everything that a body brings. */
export async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The one file of a multipart body. */
function partOf(body: Buffer, contentType: string): { name: string; type: string; bytes: Buffer } {
  const boundary = /boundary=([^;]+)/.exec(contentType)?.[1] ?? '';
  const begin = body.indexOf('\r\n\r\n', body.indexOf('name="file"'));
  const end = body.lastIndexOf(`\r\n--${boundary}`);
  const said = body.subarray(0, begin).toString('utf8');
  return {
    name: /filename="([^"]*)"/.exec(said)?.[1] ?? 'file',
    type: /Content-Type: ([^\r\n]+)/i.exec(said)?.[1] ?? 'application/octet-stream',
    bytes: body.subarray(begin + 4, end),
  };
}

export function addFile(
  ownerId: string,
  name: string,
  type: string,
  bytes: Buffer,
  part: Partial<FileOut> = {},
  pages: FilePage[] = [],
): FileOut {
  const key = id();
  const image = type.startsWith('image/');
  const { width, height } = image ? sizeOf(bytes) : { width: null, height: null };
  const file: FileOut = {
    id: key,
    name,
    type,
    size: bytes.length,
    sha256: '',
    width,
    height,
    status: 'ready',
    reason: null,
    url: `/api/v1/files/${key}/content?exp=1&sig=x`,
    preview_url: null,
    text_chars: pages.reduce((sum, p) => sum + p.text.length, 0),
    metadata: {},
    created_at: now(),
    updated_at: now(),
    owner_id: ownerId,
    visibility: 'private',
    pages: pages.length || null,
    previews: [],
    warnings: [],
    steps: (['scan', 'preview', 'text', 'ocr', 'index'] as const).map((step) => ({
      name: step,
      state: step === 'ocr' ? 'skipped' : 'done',
    })),
    ...part,
  };
  files.set(key, { file, bytes, pages, analyses: [] });
  if (file.status === 'ready') show(file);
  return file;
}

/** Its previews, as they are when it is ready. */
function show(file: FileOut): void {
  const at = (page: number) => `/api/v1/files/${file.id}/previews/${page}?exp=1&sig=x`;
  if (file.type.startsWith('image/')) {
    const { width, height } = file;
    file.previews = [{ page: 1, url: at(1), width: width ?? 400, height: height ?? 300 }];
  } else if (file.pages) {
    const shown = Math.min(file.pages, 5);
    file.previews = Array.from({ length: shown }, (_, i) => ({
      page: i + 1,
      url: at(i + 1),
      width: 744,
      height: 1052,
    }));
  }
  file.preview_url = file.previews[0]?.url ?? null;
}

/** What the server does with a file once it has it, a little slower than it does it. */
async function process(stored: Stored): Promise<void> {
  const { file, bytes } = stored;
  const step = (name: string, state: 'running' | 'done') => {
    for (const s of file.steps) if (s.name === name) s.state = state;
  };
  await pause(500);
  step('scan', 'done');
  if (bytes.includes('EICAR-STANDARD-ANTIVIRUS-TEST-FILE')) {
    file.status = 'rejected';
    file.reason = 'It is the EICAR test file, which stands for a virus.';
    file.url = null;
    return;
  }
  file.status = 'processing';
  for (const name of ['preview', 'text', 'index']) {
    step(name, 'running');
    await pause(400);
    step(name, 'done');
  }
  if (/pdf|text|json|csv|word/.test(file.type) || /\.(md|txt|rs)$/.test(file.name)) {
    stored.pages = [1, 2, 3].map((page) => ({
      page,
      text: `Page ${page} of ${file.name}.\n\nThe oven was serviced in March. It took two days and cost 480 euros.`,
    }));
    file.pages = file.type.includes('pdf') ? 3 : 1;
    stored.pages.length = file.pages;
    file.text_chars = 300;
  }
  for (const s of file.steps) if (s.state === 'waiting') s.state = 'skipped';
  file.status = 'ready';
  show(file);
}

function receive(call: Call, name: string, type: string, bytes: Buffer): FileOut {
  const file = addFile(account(call).id, name, type || 'application/octet-stream', bytes, {
    status: 'scanning',
    steps: (['scan', 'preview', 'text', 'ocr', 'index'] as const).map((step) => ({
      name: step,
      state: step === 'scan' ? 'running' : 'waiting',
    })),
  });
  const stored = files.get(file.id);
  if (stored) void process(stored);
  return file;
}

/** Files as they are found: with the group of their kind, and their words. */
export function listed(): (FileOut & { group: string; pages_text: string[] })[] {
  return [...files.values()].map(({ file, pages }) => {
    const groups = ['image', 'audio', 'video', 'pdf', 'sheet', 'document', 'code'];
    const group = groups.find((name) => file.type.includes(name)) ?? 'other';
    return { ...file, group, pages_text: pages.map((p) => p.text) };
  });
}

function stored(call: Call): Stored {
  const found = files.get(call.params[0] ?? '');
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such file.');
  return found;
}

export function brief(fileId: string): FileBrief | null {
  const found = files.get(fileId);
  if (!found) return null;
  const { id, name, type, size, status, reason, width, height, pages, url, preview_url } =
    found.file;
  return { id, name, type, size, status, reason, width, height, pages, url, preview_url };
}

function sessionOut(session: Session) {
  const count = Math.ceil(session.size / PART);
  const parts = Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    offset: i * PART,
    size: Math.min(PART, session.size - i * PART),
    url: `/api/v1/files/uploads/${session.id}/parts/${i + 1}?exp=1&sig=x`,
    received: session.parts[i] instanceof Buffer,
  }));
  return { id: session.id, method: 'PUT', url: parts[0]?.url, headers: {}, part_size: PART, parts };
}

function session(call: Call): Session {
  const found = sessions.get(call.params[0] ?? '');
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such upload.');
  return found;
}

/** For those who wish to see it happen: so many milliseconds for each part of a body. */
const SLOW = Number(globalThis.process?.env.SLOW_UPLOADS ?? 0);

async function analyse(call: Call): Promise<null> {
  const { analyses } = stored(call);
  const a = account(call);
  const one: Analysis = {
    id: id(),
    prompt: str(call.body.prompt) || null,
    text: '',
    status: 'streaming',
    model: 'openai/gpt-5-mini',
    provider: 'openai',
    author: { id: a.id, full_name: a.full_name, avatar_color: a.avatar_color },
    created_at: now(),
  };
  analyses.unshift(one);
  head(call.res);
  const emit = (part: unknown) => call.res.write(`data: ${JSON.stringify(part)}\n\n`);
  emit({ type: 'start', messageId: one.id });
  await pause(700);
  const all = words(
    'The file is about **the oven**: it was serviced in March, which took two days.\n\n- Cost: 480 euros\n- Next service: spring\n- Open: who pays for the second visit',
  );
  for (const delta of all) {
    if (stopped.has(one.id)) break;
    one.text += delta;
    emit({ type: 'text-delta', id: 't', delta });
    await pause(30);
  }
  one.status = stopped.has(one.id) ? 'stopped' : 'complete';
  emit({ type: 'finish' });
  call.res.end('data: [DONE]\n\n');
  return null;
}

export const fileRoutes: Route[] = [
  route('POST', '/files', async (call) => {
    const body = await bodyOf(call.req);
    if (SLOW) await pause(SLOW);
    const { name, type, bytes } = partOf(body, call.req.headers['content-type'] ?? '');
    return ok(receive(call, name, type, bytes), 201);
  }),
  route('POST', '/files/upload-url', (call) => {
    const { name, type, size } = call.body;
    const begun: Session = {
      id: id(),
      name: str(name),
      type: str(type),
      size: Number(size),
      parts: [],
    };
    sessions.set(begun.id, begun);
    return ok(sessionOut(begun), 201);
  }),
  route('GET', '/files/uploads/:id', (call) => ok(sessionOut(session(call)))),
  route('DELETE', '/files/uploads/:id', (call) => {
    sessions.delete(session(call).id);
    return ok({});
  }),
  route(
    'PUT',
    '/files/uploads/:id/parts/:n',
    async (call) => {
      const bytes = await bodyOf(call.req);
      if (SLOW) await pause(SLOW);
      session(call).parts[Number(call.params[1]) - 1] = bytes;
      return ok({});
    },
    true,
  ),
  route('POST', '/files/:id/complete', (call) => {
    const done = session(call);
    sessions.delete(done.id);
    const bytes = Buffer.concat(done.parts.filter((p) => p !== null));
    return ok(receive(call, done.name, done.type, bytes), 201);
  }),
  route('GET', '/files', (call) => {
    const q = (call.query.get('q') ?? '').toLowerCase();
    const type = call.query.get('type');
    const limit = Number(call.query.get('limit') ?? 50);
    const at = Number(call.query.get('cursor') ?? 0);
    const list = [...files.values()]
      .map((s) => s.file)
      .filter((f) => f.name.toLowerCase().includes(q) && (!type || f.type.includes(type)))
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    return {
      data: list.slice(at, at + limit),
      next: at + limit < list.length ? String(at + limit) : null,
    };
  }),
  route('GET', '/files/:id', (call) => {
    const { file } = stored(call);
    const threads = [...store.messages.values()]
      .filter((m) => m.attachments.some((f) => f.id === file.id))
      .map((m) => m.thread_id);
    return ok({ ...file, threads: [...new Set(threads)] });
  }),
  route('PATCH', '/files/:id', (call) => ok(Object.assign(stored(call).file, call.body))),
  route('DELETE', '/files/:id', (call) => {
    files.delete(stored(call).file.id);
    return ok({});
  }),
  route('GET', '/files/:id/pages', (call) => {
    const { pages } = stored(call);
    const limit = Number(call.query.get('limit') ?? 20);
    const at = Number(call.query.get('cursor') ?? 0);
    return {
      data: pages.slice(at, at + limit),
      next: at + limit < pages.length ? String(at + limit) : null,
    };
  }),
  route(
    'GET',
    '/files/:id/content',
    (call) => {
      const { file, bytes } = stored(call);
      call.res.writeHead(200, { 'content-type': file.type, 'cache-control': 'max-age=60' });
      call.res.end(bytes);
      return null;
    },
    true,
  ),
  route(
    'GET',
    '/files/:id/previews/:n',
    (call) => {
      const { file, bytes, pages } = stored(call);
      const page = Number(call.params[1]);
      const image = file.type.startsWith('image/');
      call.res.writeHead(200, {
        'content-type': image ? file.type : 'image/svg+xml',
        'cache-control': 'max-age=60',
      });
      call.res.end(image ? bytes : paper(file.name, page, pages[page - 1]?.text ?? ''));
      return null;
    },
    true,
  ),
  route('POST', '/files/:id/analyze', analyse),
  route('GET', '/files/:id/analyses', (call) => ok(stored(call).analyses)),
  route('POST', '/files/:id/analyses/:aid/stop', (call) => {
    stopped.add(call.params[1] ?? '');
    return ok({});
  }),
  route('DELETE', '/files/:id/analyses/:aid', (call) => {
    const found = stored(call);
    found.analyses = found.analyses.filter((a) => a.id !== call.params[1]);
    return ok({});
  }),
];
