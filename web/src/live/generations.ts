import type { Message, MessageStatus } from '@/api/contract';
import type { Answer } from './answer';
import { attemptFrom, emptyAnswer } from './answer';
import type { Link } from './follow';
import type { GenFrame, GenSnapFrame } from './frames';
import type { Running } from './generation';
import { advance } from './generation';

/** Something asked that has no rows of its own yet: another answer, other words, going on. */
export interface Asking {
  /** Messages after this one are hidden meanwhile; undefined hides none. */
  cutAfter: string | null | undefined;
  /** The person's message, shown before the server has it. */
  optimistic: Message | null;
  /** The answer, as soon as its id is known. */
  replyId: string | null;
  startedAt: number;
}

/** The text of one running answer, and the way by which it comes. */
export interface Spoken {
  threadId: string;
  answer: Answer;
  link: Link;
  /** Set while it comes by a stream of its own; frames of the live connection are then not needed. */
  abort: AbortController | null;
  gen: Running | null;
}

type Listener = () => void;
export type Schedule = (work: () => void) => void;

function answerOf(gen: Running): Answer {
  return emptyAnswer({
    replyId: gen.m,
    text: gen.text,
    reasoning: gen.reasoning,
    reasoningOpen: gen.status === null && gen.text === '' && gen.reasoning !== '',
    provider: gen.provider,
    model: gen.model,
    attempts: gen.attempts.map(attemptFrom),
    status: (gen.status ?? 'streaming') as MessageStatus,
    done: gen.status !== null,
  });
}

/** What runs, by message, and what was asked, by thread. Changes reach the listeners at most once a frame. */
export class Generations {
  private readonly asking = new Map<string, Asking>();
  private readonly spoken = new Map<string, Spoken>();
  /** Messages whose end was told, and the run that ended (null: one that was not heard). What comes of it late is stale. */
  private readonly over = new Map<string, string | null>();
  private readonly listeners = new Set<Listener>();
  /** Under which key a message was first shown, before the server gave it an id. */
  readonly shownAs = new Map<string, string>();
  private pending = false;
  private version = 0;

  constructor(private readonly schedule: Schedule) {}

  /** Changes with everything here: what was read before is read again. */
  readonly look = (): number => this.version;

  get(messageId: string): Spoken | null {
    return this.spoken.get(messageId) ?? null;
  }

  asked(threadId: string): Asking | null {
    return this.asking.get(threadId) ?? null;
  }

  runs(threadId: string): boolean {
    if (this.asking.has(threadId)) return true;
    return [...this.spoken.values()].some((s) => s.threadId === threadId && !s.answer.done);
  }

  ask(threadId: string, asking: Asking | null): void {
    if (asking) this.asking.set(threadId, asking);
    else if (!this.asking.delete(threadId)) return;
    this.notify();
  }

  /** An answer that comes by a stream of its own. */
  stream(messageId: string, spoken: Omit<Spoken, 'gen'>): void {
    this.spoken.get(messageId)?.abort?.abort();
    this.spoken.set(messageId, { ...spoken, gen: null });
    this.notify();
  }

  /** Changes the answer if it still comes by the stream that `abort` belongs to. */
  update(messageId: string, abort: AbortController, change: Partial<Spoken>): void {
    const now = this.spoken.get(messageId);
    if (!now || now.abort !== abort) return;
    this.spoken.set(messageId, { ...now, ...change });
    this.changed();
  }

  /** A frame of the live connection. Answers whether the whole text must be asked for. */
  hear(frame: GenFrame | GenSnapFrame, stored: Message | null): { ask: boolean; ended: boolean } {
    const now = this.spoken.get(frame.m);
    if (now?.abort && !now.answer.done) return { ask: false, ended: false };
    const over = this.over.get(frame.m);
    if (over !== undefined) {
      const isNew = frame.k === 'gen' ? frame.op === 'open' : stored?.status === 'streaming';
      if (!isNew || frame.g === over) return { ask: false, ended: false };
      this.over.delete(frame.m);
    }
    // The message itself says more than what comes late.
    if (stored && stored.status !== 'streaming') return { ask: false, ended: false };
    if (!now && frame.k === 'gen' && frame.op === 'end') return { ask: false, ended: false };
    const known = now?.gen ?? (stored && begun(stored));
    const { state, ask } = advance(known, frame);
    if (!state || (now && state === now.gen)) return { ask, ended: false };
    const answer = answerOf(state);
    this.spoken.set(frame.m, {
      threadId: frame.c.slice(2),
      answer,
      link: 'open',
      abort: null,
      gen: state,
    });
    this.changed();
    return { ask, ended: answer.done && !now?.answer.done };
  }

  /** The stored message has all of it. */
  finish(messageId: string, abort?: AbortController): void {
    const now = this.spoken.get(messageId);
    if (!abort) this.over.set(messageId, now?.gen?.g ?? null);
    if (!now || (abort && now.abort !== abort)) return;
    this.spoken.delete(messageId);
    if (!abort) now.abort?.abort();
    this.notify();
  }

  clear(): void {
    for (const { abort } of this.spoken.values()) abort?.abort();
    this.spoken.clear();
    this.over.clear();
    this.asking.clear();
    this.notify();
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    if (this.pending) return;
    this.pending = true;
    this.schedule(() => {
      this.pending = false;
      this.notify();
    });
  }

  private notify(): void {
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
  }
}

/** What a stored message already said, for a run that goes on with it. */
function begun(stored: Message): Running {
  return {
    g: '',
    m: stored.id,
    text: stored.content,
    reasoning: stored.reasoning ?? '',
    provider: stored.provider,
    model: stored.model,
    attempts: [],
    setAt: -1,
    status: null,
    wants: false,
  };
}

/** A frame while the page is seen; a short timer while it is not, where frames do not come. */
export const nextFrame: Schedule = (work) => {
  if (typeof document !== 'undefined' && document.visibilityState === 'visible') {
    requestAnimationFrame(work);
  } else setTimeout(work, 200);
};

export const generations = new Generations(nextFrame);
