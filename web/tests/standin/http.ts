import type { IncomingMessage, ServerResponse } from 'node:http';

/** A refusal, as the contract writes it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: unknown[],
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

export interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
  params: string[];
  body: Record<string, unknown>;
  userId: string | null;
  accept: string;
}

export type Answer = { status?: number; data: unknown; next?: string | null } | null;
export type Handler = (call: Call) => Answer | Promise<Answer>;
export interface Route {
  method: string;
  pattern: RegExp;
  open: boolean;
  handler: Handler;
}

export function route(method: string, path: string, handler: Handler, open = false): Route {
  const source = path.replace(/:[a-z]+/g, '([^/]+)').replace('*', '(.+)');
  return { method, pattern: new RegExp(`^/api/v1${source}$`), open, handler };
}

export function ok(data: unknown, status = 200): Answer {
  return { status, data };
}

export function readBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (text += chunk));
    req.on('end', () => {
      try {
        resolve(text ? (JSON.parse(text) as Record<string, unknown>) : {});
      } catch {
        reject(new Refusal(400, 'INVALID_JSON', 'The body is not JSON.'));
      }
    });
    req.on('error', reject);
  });
}

export function cookies(req: IncomingMessage): Record<string, string> {
  const list = (req.headers.cookie ?? '').split(';').map((part) => part.trim().split('='));
  return Object.fromEntries(list.map(([name, value]) => [name ?? '', value ?? '']));
}

export function str(value: unknown, fallback = ''): string {
  return typeof value === 'string' ? value : fallback;
}
