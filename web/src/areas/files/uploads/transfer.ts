import { address, api } from '@/api/client';
import { Failure, networkFailure } from '@/api/failure';
import type { FileOut, UploadSession } from '../contract';
import type { Upload } from './machine';

interface Sending {
  method: 'POST' | 'PUT';
  url: string;
  body: FormData | Blob;
  headers: Record<string, string>;
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

interface Answered {
  error?: string;
  code?: string;
  details?: { field?: string; message?: string; reason?: string }[];
  data?: unknown;
}

/** No byte for so long: the line is dead, though nobody said so. */
const SILENT_MS = 60_000;

function read(xhr: XMLHttpRequest): Answered {
  try {
    return JSON.parse(xhr.responseText) as Answered;
  } catch {
    return {}; // an object store answers in a language of its own
  }
}

function failureOf(xhr: XMLHttpRequest): Failure {
  if (xhr.status === 0) return networkFailure();
  const body = read(xhr);
  const after = Number(xhr.getResponseHeader('retry-after'));
  return new Failure({
    message: body.error ?? `The server answered ${xhr.status}.`,
    code: body.code ?? 'UNKNOWN',
    status: xhr.status,
    details: body.details ?? [],
    retryAfterMs: after > 0 ? after * 1000 : null,
  });
}

/** A body on its way, and how far it is: `fetch` cannot tell. */
function send({ method, url, body, headers, signal, onProgress }: Sending): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => xhr.abort(), SILENT_MS);
    };
    const done = (end: () => void) => {
      clearTimeout(silence);
      signal.removeEventListener('abort', abort);
      end();
    };
    const abort = () => xhr.abort();
    xhr.upload.onprogress = (event) => {
      heard();
      onProgress(event.loaded);
    };
    xhr.onload = () =>
      done(() =>
        xhr.status >= 200 && xhr.status < 300 ? resolve(read(xhr)) : reject(failureOf(xhr)),
      );
    xhr.onerror = () => done(() => reject(networkFailure()));
    xhr.onabort = () => done(() => reject(networkFailure()));
    xhr.open(method, url);
    xhr.setRequestHeader('accept', 'application/json');
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    signal.addEventListener('abort', abort);
    heard();
    xhr.send(body);
  });
}

/** A call whose session has run out is made once more after the session was renewed. */
async function renewed<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 401) throw error;
    await api.get('/auth/me');
    return call();
  }
}

type Watch = Pick<Sending, 'signal' | 'onProgress'>;

/** A small file, in one call. */
export async function sendWhole(upload: Upload, file: Blob, watch: Watch): Promise<FileOut> {
  const answer = await renewed(() => {
    const body = new FormData();
    body.append('file', file, upload.name);
    const headers = { 'x-csrf': '1', 'idempotency-key': upload.key };
    return send({ method: 'POST', url: address('/files'), body, headers, ...watch });
  });
  return answer.data as FileOut;
}

/** Begins a large upload, or asks which of its parts have come already. */
export async function openSession(upload: Upload, signal: AbortSignal): Promise<UploadSession> {
  if (upload.session) return api.get(`/files/uploads/${upload.session}`, {}, signal);
  const { name, size, type } = upload;
  const body = { name, size, type: type || undefined };
  return api.post('/files/upload-url', body, { signal, idempotencyKey: upload.key });
}

export async function sendPart(
  upload: Upload,
  number: number,
  file: Blob,
  watch: Watch,
): Promise<void> {
  const part = upload.parts.find((p) => p.number === number);
  if (!part) throw networkFailure();
  const url = new URL(part.url, location.href);
  const own = url.origin === location.origin;
  await send({
    method: 'PUT',
    url: url.href,
    body: file.slice(part.offset, part.offset + part.size),
    headers: { ...upload.headers, ...(own ? { 'x-csrf': '1' } : {}) },
    ...watch,
  });
}

export async function closeSession(upload: Upload, signal: AbortSignal): Promise<FileOut> {
  const path = `/files/${upload.session}/complete`;
  return api.post(path, {}, { signal, idempotencyKey: `${upload.key}-end` });
}

/** Lets go of what the server holds of an upload that is not wanted any more. */
export async function forget(upload: Upload): Promise<void> {
  const path = upload.file
    ? `/files/${upload.file.id}`
    : upload.session && `/files/uploads/${upload.session}`;
  if (path) await api.delete(path).catch(() => undefined);
}
