import { newId } from './id';
import { failureFrom, isFailure, networkFailure } from './failure';

const BASE = '/api/v1';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Record<string, string | number | boolean | null | undefined>;

export interface CallOptions {
  query?: Query;
  body?: unknown;
  /** A body that is not JSON; made anew for each attempt. */
  file?: () => BodyInit;
  signal?: AbortSignal;
  accept?: string;
  /** Repeat-safe key for a POST; made here when the caller has none. */
  idempotencyKey?: string;
  /** Calls that sign in must not try to refresh a session first. */
  noRefresh?: boolean;
  headers?: Record<string, string>;
}

export interface Page<T> {
  data: T[];
  next: string | null;
}

interface Envelope<T> {
  success: boolean;
  data: T;
  page?: { next_cursor: string | null };
}

/** Called once when the session is over for good, so that the shell can show the sign-in page. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export function address(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const tail = params.toString();
  return `${BASE}${path}${tail ? `?${tail}` : ''}`;
}

async function attempt(method: Method, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = {
    accept: options.accept ?? 'application/json',
    ...options.headers,
  };
  if (method !== 'GET') headers['x-csrf'] = '1';
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (method === 'POST' && options.idempotencyKey) {
    headers['idempotency-key'] = options.idempotencyKey;
  }
  try {
    return await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body:
        options.file?.() ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: options.signal,
    });
  } catch (error) {
    if (options.signal?.aborted && error instanceof DOMException) throw error;
    throw networkFailure();
  }
}

const REFRESHED_AT = 'trb.refreshed_at';
let refreshing: Promise<boolean> | null = null;

/** Where storage is closed to us, each tab refreshes for itself. */
function lastRefresh(): number {
  try {
    return Number(localStorage.getItem(REFRESHED_AT) ?? 0);
  } catch {
    return 0;
  }
}

function noteRefresh(): void {
  try {
    localStorage.setItem(REFRESHED_AT, String(Date.now()));
  } catch {
    // See above.
  }
}

/** One refresh at a time in this tab, and, through the Web Lock, across all tabs of this browser. */
function refresh(startedAt: number): Promise<boolean> {
  refreshing ??= withLock(async () => {
    if (lastRefresh() > startedAt) return true; // another tab was quicker
    const response = await attempt('POST', '/auth/refresh', { body: {} });
    if (response.ok) noteRefresh();
    else if (response.status >= 500) throw await failureFrom(response);
    return response.ok;
  }).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function withLock(work: () => Promise<boolean>): Promise<boolean> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('trb.refresh', async () => await work());
}

/** A call that may stream: answers the raw response once it is a good one. */
export async function open(method: Method, path: string, options: CallOptions = {}) {
  const startedAt = Date.now();
  const once: CallOptions =
    method === 'POST' && !options.idempotencyKey
      ? { ...options, idempotencyKey: newId() }
      : options;
  let response = await attempt(method, path, once);
  if (response.status === 401 && !options.noRefresh) {
    if (await refresh(startedAt)) response = await attempt(method, path, once);
    if (response.status === 401) onSignedOut();
  }
  if (!response.ok) throw await failureFrom(response);
  return response;
}

async function envelope<T>(method: Method, path: string, options?: CallOptions) {
  const response = await open(method, path, options);
  if (response.status === 204) return { success: true, data: {} } as Envelope<T>;
  try {
    return (await response.json()) as Envelope<T>;
  } catch (error) {
    if (isFailure(error)) throw error;
    throw networkFailure();
  }
}

async function data<T>(method: Method, path: string, options?: CallOptions): Promise<T> {
  return (await envelope<T>(method, path, options)).data;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    data<T>('GET', path, { query, signal }),
  page: async <T>(path: string, query?: Query, signal?: AbortSignal): Promise<Page<T>> => {
    const answer = await envelope<T[]>('GET', path, { query, signal });
    return { data: answer.data, next: answer.page?.next_cursor ?? null };
  },
  post: <T>(path: string, body: unknown = {}, options: CallOptions = {}) =>
    data<T>('POST', path, { ...options, body }),
  put: <T>(path: string, body: unknown) => data<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown) => data<T>('PATCH', path, { body }),
  delete: <T>(path: string, query?: Query) => data<T>('DELETE', path, { query }),
};
