import { backoff } from '@/live/outbox';
import type { FileBrief, UploadSession } from '../contract';

/** Up to this size a file goes in one call; above it, in parts that can be sent again one by one. */
export const WHOLE = 8 * 1024 * 1024;
/** Transfers at once, over all files: the page needs connections of its own. */
export const SLOTS = 3;
export const MAX_TRIES = 8;

export interface Part {
  number: number;
  offset: number;
  size: number;
  url: string;
  sent: number;
  state: 'todo' | 'going' | 'done';
}

/**
 * queued: wants to go on · opening: asks where its parts go · sending · closing: all bytes are there, and it is said so ·
 * waiting: until `due`, or until the network is back (null) · paused · there: the server has it ·
 * failed: it will not work as it is · lost: after a reload, until the same file is chosen again.
 */
export type Phase =
  'queued' | 'opening' | 'sending' | 'closing' | 'waiting' | 'paused' | 'there' | 'failed' | 'lost';

export interface Failure {
  status: number;
  code: string;
  error: string;
}

export interface Upload {
  /** Made here; the server knows a repeat by it. */
  key: string;
  /** The composer or page that it was given to. */
  place: string;
  name: string;
  size: number;
  type: string;
  modified: number;
  phase: Phase;
  /** A large upload that the server knows. */
  session: string | null;
  /** The addresses of its parts must be asked for before it goes on. */
  stale: boolean;
  headers: Record<string, string>;
  parts: Part[];
  tries: number;
  due: number | null;
  file: FileBrief | null;
  failure: Failure | null;
}

export type Uploads = readonly Upload[];

/** What is to be begun now. */
export type Task =
  | { do: 'send'; key: string }
  | { do: 'open'; key: string }
  | { do: 'part'; key: string; number: number }
  | { do: 'close'; key: string };

export type Happening =
  | { on: 'added'; uploads: Upload[] }
  | { on: 'begun'; task: Task }
  | { on: 'opened'; key: string; session: UploadSession }
  | { on: 'progress'; key: string; number: number; sent: number }
  | { on: 'part'; key: string; number: number }
  | { on: 'there'; key: string; file: FileBrief }
  | { on: 'broke'; task: Task; failure: Failure; after: number | null; now: number; jitter: number }
  | { on: 'paused' | 'resumed' | 'retried' | 'removed'; key: string }
  | { on: 'found'; key: string }
  | { on: 'woken' }
  | { on: 'taken'; place: string };

export interface Given {
  key: string;
  place: string;
  name: string;
  size: number;
  type: string;
  modified: number;
}

export function newUpload(given: Given): Upload {
  const large = given.size > WHOLE;
  return {
    ...given,
    phase: 'queued',
    session: null,
    stale: true,
    headers: {},
    // A small file is one part that goes in the body of one call.
    parts: large ? [] : [whole(given.size)],
    tries: 0,
    due: null,
    file: null,
    failure: null,
  };
}

function whole(size: number): Part {
  return { number: 1, offset: 0, size, url: '', sent: 0, state: 'todo' };
}

export function isLarge(upload: Upload): boolean {
  return upload.size > WHOLE;
}

/** How much of it has gone, from 0 to 1. */
export function progress(upload: Upload): number {
  if (upload.phase === 'there') return 1;
  if (upload.size === 0) return 0;
  const sent = upload.parts.reduce((sum, p) => sum + (p.state === 'done' ? p.size : p.sent), 0);
  return Math.min(1, sent / upload.size);
}

function busy(upload: Upload): number {
  if (upload.phase === 'opening' || upload.phase === 'closing') return 1;
  return upload.parts.filter((p) => p.state === 'going').length;
}

/** What can begin now: in the order in which the files were given, as many as there are slots. */
export function due(uploads: Uploads, now: number, online: boolean): Task[] {
  if (!online) return [];
  let slots = SLOTS - uploads.reduce((sum, u) => sum + busy(u), 0);
  const tasks: Task[] = [];
  for (const upload of uploads) {
    if (slots <= 0) break;
    for (const task of wishes(upload, now)) {
      if (slots <= 0) break;
      tasks.push(task);
      slots -= 1;
    }
  }
  return tasks;
}

function wishes(upload: Upload, now: number): Task[] {
  const { key, phase } = upload;
  const ripe = phase === 'waiting' && upload.due !== null && upload.due <= now;
  if (phase !== 'queued' && phase !== 'sending' && !ripe) return [];
  if (!isLarge(upload)) {
    return upload.parts.some((p) => p.state === 'todo') ? [{ do: 'send', key }] : [];
  }
  // What is still on its way goes on before addresses are asked for anew.
  if (upload.stale) return busy(upload) === 0 ? [{ do: 'open', key }] : [];
  const todo = upload.parts.filter((p) => p.state === 'todo');
  if (todo.length > 0) return todo.map((p) => ({ do: 'part', key, number: p.number }));
  return busy(upload) === 0 ? [{ do: 'close', key }] : [];
}

/** When something will be due that is not yet. */
export function nextDue(uploads: Uploads): number | null {
  let soonest: number | null = null;
  for (const { phase, due: at } of uploads) {
    if (phase !== 'waiting' || at === null) continue;
    soonest = soonest === null ? at : Math.min(soonest, at);
  }
  return soonest;
}

function change(uploads: Uploads, key: string, to: (upload: Upload) => Upload): Uploads {
  return uploads.map((u) => (u.key === key ? to(u) : u));
}

function inPart(upload: Upload, number: number, to: Partial<Part>): Upload {
  return {
    ...upload,
    parts: upload.parts.map((p) => (p.number === number ? { ...p, ...to } : p)),
  };
}

/** Nothing of it is on its way any more. */
function halted(upload: Upload, phase: Phase): Upload {
  const parts = upload.parts.map((p): Part =>
    p.state === 'going' ? { ...p, state: 'todo', sent: 0 } : p,
  );
  return { ...upload, phase, parts, due: null };
}

function begun(upload: Upload, task: Task): Upload {
  const next = { ...upload, due: null, failure: null };
  if (task.do === 'open') return { ...next, phase: 'opening' };
  if (task.do === 'close') return { ...next, phase: 'closing' };
  const number = task.do === 'part' ? task.number : 1;
  return inPart({ ...next, phase: 'sending' }, number, { state: 'going', sent: 0 });
}

function opened(upload: Upload, session: UploadSession): Upload {
  const parts = session.parts.map(({ number, offset, size, url, received }): Part => ({
    number,
    offset,
    size,
    url,
    sent: 0,
    state: received ? 'done' : 'todo',
  }));
  const at = { session: session.id, stale: false, headers: session.headers, parts };
  return { ...upload, ...at, phase: upload.phase === 'opening' ? 'queued' : upload.phase };
}

/** Will it work when it is tried again as it is? */
function passes(status: number, tries: number): boolean {
  if (status === 0 || status === 429) return true;
  if (status === 401 || status === 408 || status >= 500) return tries + 1 < MAX_TRIES;
  return false;
}

type Broke = Happening & { on: 'broke' };

function broke(upload: Upload, { task, failure, after, now, jitter }: Broke): Upload {
  // One that was paused meanwhile stays so.
  const active = upload.phase !== 'paused' && upload.phase !== 'failed' && upload.phase !== 'there';
  if (!active) return upload;
  const number = task.do === 'part' ? task.number : task.do === 'send' ? 1 : null;
  const still = number === null ? upload : inPart(upload, number, { state: 'todo', sent: 0 });
  const { status } = failure;
  const again = (part: Partial<Upload>): Upload => ({
    ...still,
    phase: 'waiting',
    tries: upload.tries + 1,
    failure,
    ...part,
  });
  const pause = now + Math.max(after ?? 0, backoff(upload.tries, jitter));
  const few = upload.tries + 1 < MAX_TRIES;
  // The address of a part is no longer good, or parts are missing: ask how it stands.
  const ask = (task.do === 'part' && status >= 400 && status < 500) || conflicts(task, status);
  if (isLarge(upload) && ask && few && status !== 413) return again({ stale: true, due: pause });
  // The server has forgotten the upload: it begins anew.
  if (task.do !== 'send' && upload.session !== null && (status === 404 || status === 410) && few) {
    return again({ session: null, stale: true, parts: [], due: pause });
  }
  if (passes(status, upload.tries)) {
    // Without a network it is never given up, only asked for less and less often.
    const tries = status === 0 ? Math.min(upload.tries + 1, MAX_TRIES - 2) : upload.tries + 1;
    return again({ due: pause, tries });
  }
  return { ...halted(still, 'failed'), failure };
}

function conflicts(task: Task, status: number): boolean {
  return task.do === 'close' && status === 409;
}

/** Not what is over, and not the last word of it, which takes a moment. */
export function canPause({ phase }: Upload): boolean {
  return ['queued', 'opening', 'sending', 'waiting'].includes(phase);
}

function resumed(upload: Upload): Upload {
  const waits = ['paused', 'waiting', 'failed', 'lost'].includes(upload.phase);
  return waits ? { ...upload, phase: 'queued', due: null, failure: null } : upload;
}

/** A person asks once more after it failed: with fresh addresses, and a large one where it was. */
function retried(upload: Upload): Upload {
  if (upload.phase !== 'failed') return resumed(upload);
  const parts = isLarge(upload) ? upload.parts : [whole(upload.size)];
  return { ...resumed(upload), tries: 0, stale: true, parts };
}

/** The reducer: what is uploaded, and what happened, make what is uploaded next. */
export function step(uploads: Uploads, happening: Happening): Uploads {
  switch (happening.on) {
    case 'added':
      return [...uploads, ...happening.uploads];
    case 'begun':
      return change(uploads, happening.task.key, (u) => begun(u, happening.task));
    case 'opened':
      return change(uploads, happening.key, (u) => opened(u, happening.session));
    case 'progress':
      return change(uploads, happening.key, (u) =>
        inPart(u, happening.number, { sent: happening.sent }),
      );
    case 'part':
      return change(uploads, happening.key, (u) =>
        inPart({ ...u, tries: 0 }, happening.number, { state: 'done' }),
      );
    case 'there':
      return change(uploads, happening.key, (u) => ({
        ...u,
        phase: 'there',
        file: happening.file,
        parts: [],
        failure: null,
        due: null,
      }));
    case 'broke':
      return change(uploads, happening.task.key, (u) => broke(u, happening));
    case 'paused':
      return change(uploads, happening.key, (u) => (canPause(u) ? halted(u, 'paused') : u));
    case 'resumed':
      return change(uploads, happening.key, resumed);
    case 'retried':
      return change(uploads, happening.key, retried);
    case 'found':
      return change(uploads, happening.key, (u) => ({ ...resumed(u), tries: 0, stale: true }));
    case 'removed':
      return uploads.filter((u) => u.key !== happening.key);
    case 'woken':
      return uploads.map((u) => (u.phase === 'waiting' ? { ...u, phase: 'queued', due: null } : u));
    case 'taken':
      return uploads.filter((u) => u.place !== happening.place || u.phase !== 'there');
  }
}

/** What is written down for after a reload. The bytes are not: a large one asks for its file again. */
export function kept(upload: Upload): Upload {
  if (upload.phase === 'there') return upload;
  const phase = upload.phase === 'failed' ? 'failed' : 'lost';
  return {
    ...halted(upload, phase),
    stale: true,
    failure: phase === 'lost' ? null : upload.failure,
  };
}

/** Is this the file that an upload lost? */
export function fits(upload: Upload, file: Pick<Given, 'name' | 'size'>): boolean {
  return upload.name === file.name && upload.size === file.size;
}
