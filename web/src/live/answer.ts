import type { Message, MessageError, MessageStatus, Usage } from '@/api/contract';
import type { ServerEvent } from './sse';

/** One provider tried for an answer. */
export interface Attempt {
  provider: string;
  model: string | null;
  attempt: number;
  ok: boolean;
  code: string | null;
  error: string | null;
  retry_after_ms: number | null;
}

/** An answer as far as it is known here. Plain data: every change makes a new one. */
export interface Answer {
  replyId: string | null;
  userMessage: Message | null;
  model: string | null;
  provider: string | null;
  text: string;
  reasoning: string;
  reasoningOpen: boolean;
  attempts: Attempt[];
  usage: Usage | null;
  title: string | null;
  status: MessageStatus;
  error: MessageError | null;
  /** True once the server has said that nothing more will come. */
  done: boolean;
  /** True when an event began after the text we hold: we must ask again from our own offset. */
  gap: boolean;
  /** Set on reconnecting: reasoning has no offsets, so its replay begins anew. */
  replayed: boolean;
}

export function emptyAnswer(known: Partial<Answer> = {}): Answer {
  return {
    replyId: null,
    userMessage: null,
    model: null,
    provider: null,
    text: '',
    reasoning: '',
    reasoningOpen: false,
    attempts: [],
    usage: null,
    title: null,
    status: 'streaming',
    error: null,
    done: false,
    gap: false,
    replayed: false,
    ...known,
  };
}

/** What to hold on to when the connection is opened again. */
export function rejoin(answer: Answer): Answer {
  return { ...answer, gap: false, replayed: true };
}

interface Part {
  type: string;
  messageId?: string;
  messageMetadata?: { model?: string | null; provider?: string | null } | null;
  delta?: string;
  errorText?: string;
  data?: unknown;
}

/** Adds a piece of text that ends at `end` (UTF-16 units from the start of the answer). */
function addText(answer: Answer, delta: string, end: number | null): Answer {
  if (end === null) return { ...answer, text: answer.text + delta };
  const have = answer.text.length;
  const start = end - delta.length;
  if (end <= have) return answer;
  if (start > have) return { ...answer, gap: true };
  return { ...answer, text: answer.text + delta.slice(have - start) };
}

function addReasoning(answer: Answer, delta: string): Answer {
  const before = answer.replayed ? '' : answer.reasoning;
  return { ...answer, reasoning: before + delta, reasoningOpen: true, replayed: false };
}

export function attemptFrom(data: Partial<Attempt>): Attempt {
  return {
    provider: data.provider ?? '',
    model: data.model ?? null,
    attempt: data.attempt ?? 1,
    ok: data.ok ?? false,
    code: data.code ?? null,
    error: data.error ?? null,
    retry_after_ms: data.retry_after_ms ?? null,
  };
}

function addAttempt(answer: Answer, data: Partial<Attempt>): Answer {
  const next = attemptFrom(data);
  const same = (a: Attempt) =>
    a.attempt === next.attempt && a.provider === next.provider && a.ok === next.ok;
  if (answer.attempts.some(same)) return answer; // replayed
  return { ...answer, attempts: [...answer.attempts, next] };
}

function offsetOf(event: ServerEvent): number | null {
  if (event.id === null || event.id === '') return null;
  const n = Number(event.id);
  return Number.isSafeInteger(n) && n >= 0 ? n : null;
}

/** The reducer: an answer and the next event make the next answer. Unknown parts are ignored. */
export function reduce(answer: Answer, event: ServerEvent): Answer {
  if (event.data === '[DONE]') return { ...answer, done: true, reasoningOpen: false };
  let part: Part;
  try {
    part = JSON.parse(event.data) as Part;
  } catch {
    return answer;
  }
  switch (part.type) {
    case 'start':
      return {
        ...answer,
        replyId: part.messageId ?? answer.replyId,
        model: part.messageMetadata?.model ?? answer.model,
        provider: part.messageMetadata?.provider ?? answer.provider,
      };
    case 'data-message': {
      const data = part.data as { message?: Message | null; reply_id?: string };
      return {
        ...answer,
        userMessage: data.message ?? answer.userMessage,
        replyId: data.reply_id ?? answer.replyId,
      };
    }
    case 'data-attempt':
      return addAttempt(answer, part.data as Partial<Attempt>);
    case 'reasoning-start':
      return answer.replayed
        ? { ...answer, reasoning: '', reasoningOpen: true, replayed: false }
        : { ...answer, reasoningOpen: true };
    case 'reasoning-delta':
      return addReasoning(answer, part.delta ?? '');
    case 'reasoning-end':
      return { ...answer, reasoningOpen: false };
    case 'text-start':
      return { ...answer, reasoningOpen: false };
    case 'text-delta':
      return addText(answer, part.delta ?? '', offsetOf(event));
    case 'data-usage':
      return { ...answer, usage: part.data as Usage };
    case 'data-title':
      return { ...answer, title: (part.data as { title?: string }).title ?? answer.title };
    case 'data-status':
      return { ...answer, status: (part.data as { status: MessageStatus }).status };
    case 'data-error':
      return { ...answer, error: part.data as MessageError };
    case 'finish':
      return {
        ...answer,
        done: true,
        reasoningOpen: false,
        status: answer.status === 'streaming' ? 'complete' : answer.status,
      };
    case 'abort':
      return { ...answer, done: true, reasoningOpen: false, status: 'stopped' };
    case 'error':
      return {
        ...answer,
        done: true,
        reasoningOpen: false,
        status: answer.status === 'streaming' ? 'failed' : answer.status,
        error: answer.error ?? { code: 'INTERNAL', error: part.errorText ?? '' },
      };
    default:
      return answer;
  }
}
