import type { Message } from '@/api/contract';
import type { Failure } from '@/api/failure';
import type { Answer } from './answer';
import type { Link } from './follow';

/** Where in a thread a running answer belongs, and what is known of it. */
export interface Generation {
  /** Messages after this one are hidden while the answer runs on a new branch; undefined hides none. */
  cutAfter: string | null | undefined;
  /** The person's message, shown before the server has it. */
  optimistic: Message | null;
  answer: Answer;
  link: Link;
  failure: Failure | null;
  startedAt: number;
  abort: AbortController;
}

type Listener = () => void;
export type Schedule = (work: () => void) => void;

/** Running answers by thread. Changes reach the listeners at most once a frame. */
export class Generations {
  private readonly byThread = new Map<string, Generation>();
  private readonly listeners = new Set<Listener>();
  /** Under which key a message was first shown, before the server gave it an id. */
  readonly shownAs = new Map<string, string>();
  private pending = false;

  constructor(private readonly schedule: Schedule) {}

  get(threadId: string): Generation | null {
    return this.byThread.get(threadId) ?? null;
  }

  running(): string[] {
    return [...this.byThread].filter(([, g]) => !g.answer.done).map(([id]) => id);
  }

  set(threadId: string, generation: Generation): void {
    this.byThread.set(threadId, generation);
    this.notify();
  }

  /** Changes the generation if it is still the one that `abort` belongs to. */
  update(threadId: string, abort: AbortController, change: Partial<Generation>): void {
    const now = this.byThread.get(threadId);
    if (!now || now.abort !== abort) return;
    this.byThread.set(threadId, { ...now, ...change });
    this.changed();
  }

  move(from: string, to: string): void {
    const generation = this.byThread.get(from);
    if (!generation) return;
    this.byThread.delete(from);
    this.byThread.set(to, generation);
    this.notify();
  }

  remove(threadId: string, abort?: AbortController): void {
    const now = this.byThread.get(threadId);
    if (!now || (abort && now.abort !== abort)) return;
    this.byThread.delete(threadId);
    this.notify();
  }

  clear(): void {
    for (const generation of this.byThread.values()) generation.abort.abort();
    this.byThread.clear();
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
    for (const listener of [...this.listeners]) listener();
  }
}

/** A frame while the page is seen; a short timer while it is not, where frames do not come. */
export const nextFrame: Schedule = (work) => {
  if (typeof document !== 'undefined' && document.visibilityState === 'visible') {
    requestAnimationFrame(work);
  } else setTimeout(work, 200);
};

export const generations = new Generations(nextFrame);
