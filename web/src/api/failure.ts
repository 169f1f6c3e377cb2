import type { ErrorDetail } from './contract';

/** Anything that kept a call from its answer, in the words of the server or, without one, our own. */
export class Failure extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: ErrorDetail[];
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(init: {
    message: string;
    code: string;
    status: number;
    details?: ErrorDetail[] | null;
    requestId?: string | null;
    retryAfterMs?: number | null;
  }) {
    super(init.message);
    this.name = 'Failure';
    this.code = init.code;
    this.status = init.status;
    this.details = init.details ?? [];
    this.requestId = init.requestId ?? null;
    this.retryAfterMs = init.retryAfterMs ?? null;
  }

  /** The message for one field of a form, if the server blamed it. */
  field(name: string): string | undefined {
    return this.details.find((d) => d.field === name)?.message;
  }
}

export function isFailure(error: unknown): error is Failure {
  return error instanceof Failure;
}

interface ErrorBody {
  error?: string;
  code?: string;
  request_id?: string;
  details?: ErrorDetail[];
}

export async function failureFrom(response: Response): Promise<Failure> {
  let body: ErrorBody = {};
  try {
    body = (await response.json()) as ErrorBody;
  } catch {
    // A proxy in between may answer with something that is not ours.
  }
  const after = Number(response.headers.get('retry-after'));
  return new Failure({
    message: body.error ?? `The server answered ${response.status}.`,
    code: body.code ?? (response.status >= 500 ? 'UNAVAILABLE' : 'UNKNOWN'),
    status: response.status,
    details: Array.isArray(body.details) ? body.details : [],
    requestId: body.request_id ?? response.headers.get('x-request-id'),
    retryAfterMs: Number.isFinite(after) && after > 0 ? after * 1000 : null,
  });
}

export function networkFailure(): Failure {
  return new Failure({ message: 'The server could not be reached.', code: 'NETWORK', status: 0 });
}
