import { isFailure, networkFailure } from '@/api/failure';
import type { Answer } from './answer';
import { reduce, rejoin } from './answer';
import { EventReader } from './sse';

export type Link = 'open' | 'reconnecting' | 'closed';

export interface FollowOptions {
  answer: Answer;
  /** The first connection: the POST that asks, or a stream that is already running. */
  begin: (signal: AbortSignal) => Promise<Response>;
  /** Joins the running answer again, from an offset of its text. */
  resume: (replyId: string, from: number, signal: AbortSignal) => Promise<Response>;
  onChange: (answer: Answer, link: Link) => void;
  /** Waits before the next try; ends early when the network returns. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  maxTries?: number;
}

export function backoff(tries: number): number {
  return Math.min(8000, 250 * 2 ** tries);
}

/** Reads one connection to its end. Answers true when the server said that the answer is over. */
async function read(
  response: Response,
  get: () => Answer,
  set: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<boolean> {
  if (!response.body) return false;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const events = new EventReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) return true;
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      for (const event of events.push(text)) {
        const next = reduce(get(), event);
        if (next !== get()) set(next);
        if (next.gap) return false;
      }
      if (get().done) return true;
      if (done) return false;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/**
 * Follows an answer from its first connection to its end, through any number of broken connections.
 * Throws only when the first connection never gave an answer to follow.
 */
export async function follow(options: FollowOptions): Promise<Answer> {
  const { begin, resume, onChange, wait, signal, maxTries = 14 } = options;
  let answer = options.answer;
  let link: Link = 'open';
  let tries = 0;
  const set = (next: Answer) => {
    answer = next;
    link = 'open';
    tries = 0;
    onChange(answer, link);
  };

  let connect: () => Promise<Response> = () => begin(signal);
  for (;;) {
    try {
      const response = await connect();
      if (await read(response, () => answer, set, signal)) return answer;
    } catch (error) {
      if (signal.aborted) return answer;
      const passing = isFailure(error) ? error.status === 0 || error.status === 503 : true;
      if (answer.replyId === null || !passing) throw error;
    }
    if (signal.aborted) return answer;
    const replyId = answer.replyId;
    if (replyId === null || tries >= maxTries) throw networkFailure();
    link = 'reconnecting';
    onChange(answer, link);
    await wait(backoff(tries++), signal);
    if (signal.aborted) return answer;
    connect = () => {
      answer = rejoin(answer);
      return resume(replyId, answer.text.length, signal);
    };
  }
}
