import type { Epoch, EventFrame, Parts, Position, ScopeFrame } from './frames';

/**
 * Where a client stands in one scope. `new`: nothing was asked yet; `waiting`: asked, not yet live;
 * `gone`: taken away for good.
 */
export interface ScopeState {
  status: 'new' | 'waiting' | 'live' | 'gone';
  /** Null while nothing of the scope is known. */
  e: Epoch | null;
  s: number;
  /** Whether we ask for a snapshot where we cannot resume. */
  snap: boolean;
  /** True after a gap, until the scope is live again: one question is enough. */
  asked: boolean;
  /** The head that the last heartbeat named and we did not have. */
  behind: number;
  /** Events that wait for a snapshot that is fetched apart. */
  held: EventFrame[] | null;
}

export type ScopeInput =
  | ScopeFrame
  /** A snapshot that came by its address. */
  | { k: 'fetched'; e: Epoch; s: number; d: Parts }
  /** The head of the scope, from a heartbeat. */
  | { k: 'head'; s: number };

export type ScopeEffect =
  | { do: 'replace'; d: Parts }
  | { do: 'merge'; d: Parts; kind: string; by?: string }
  /** Everything may have changed; what is on the page may stay until a snapshot comes. */
  | { do: 'forget' }
  /** Nothing of it may be shown or kept. */
  | { do: 'drop' }
  | { do: 'live' }
  | { do: 'subscribe'; since: Position | null }
  | { do: 'fetch'; url: string };

type Step = [ScopeState, ScopeEffect[]];

export function newScope(part: Partial<ScopeState> = {}): ScopeState {
  return {
    status: 'new',
    e: null,
    s: 0,
    snap: false,
    asked: false,
    behind: 0,
    held: null,
    ...part,
  };
}

export function position(state: ScopeState): Position | null {
  return state.e === null || state.held ? null : [state.e, state.s];
}

/** A connection was opened or closed: what was asked on the old one is answered no more. */
export function reopened(state: ScopeState): ScopeState {
  if (state.status === 'gone') return state;
  const lost = state.held ? { e: null, s: 0 } : {};
  return { ...state, ...lost, status: 'waiting', asked: false, behind: 0, held: null };
}

/** Asks again from where we stand, once. */
function askAgain(state: ScopeState): Step {
  if (state.asked) return [state, []];
  return [
    { ...state, status: 'waiting', asked: true },
    [{ do: 'subscribe', since: position(state) }],
  ];
}

function onEvent(state: ScopeState, frame: EventFrame): Step {
  if (state.held) return [{ ...state, held: [...state.held, frame] }, []];
  if (state.e === null) return askAgain(state);
  if (frame.s <= state.s) return [state, []];
  if (frame.s > state.s + 1) return askAgain(state);
  const effect: ScopeEffect = { do: 'merge', d: frame.d ?? {}, kind: frame.kind };
  if (frame.by !== undefined) effect.by = frame.by;
  return [{ ...state, s: frame.s }, [effect]];
}

function onSnapshot(state: ScopeState, e: Epoch, s: number, d: Parts): Step {
  // A snapshot that was fetched apart may come after the word that all is live.
  const live = state.held !== null && state.status === 'live';
  let next: ScopeState = { ...state, status: live ? 'live' : 'waiting', e, s, held: null };
  const effects: ScopeEffect[] = [{ do: 'replace', d }];
  if (live) effects.push({ do: 'live' });
  for (const frame of state.held ?? []) {
    const [after, more] = onEvent(next, frame);
    next = after;
    effects.push(...more);
  }
  return [next, effects];
}

/** The reducer of a scope's position. It never lets a number be skipped or applied twice. */
export function step(state: ScopeState, frame: ScopeInput): Step {
  if (state.status === 'gone') return [state, []];
  switch (frame.k) {
    case 'ev':
      return onEvent(state, frame);
    case 'snap':
      if (frame.url !== undefined && frame.d === undefined) {
        return [
          { ...state, status: 'waiting', e: frame.e, s: frame.s, held: [] },
          [{ do: 'fetch', url: frame.url }],
        ];
      }
      return onSnapshot(state, frame.e, frame.s, frame.d ?? {});
    case 'fetched':
      return state.held ? onSnapshot(state, frame.e, frame.s, frame.d) : [state, []];
    case 'live': {
      const live = { ...state, status: 'live' as const, asked: false, behind: 0 };
      if (state.held) return [live, []];
      if (state.e === null) {
        // The server told only where the scope is: what we hold may be older.
        const known = { ...live, e: frame.e, s: frame.s };
        if (!state.snap) return [known, [{ do: 'forget' }, { do: 'live' }]];
        return askAgain(state);
      }
      if (frame.e !== state.e) {
        return askAgain({ ...state, e: null, s: 0, asked: false });
      }
      if (frame.s > state.s) return askAgain({ ...state, asked: false });
      return [live, [{ do: 'live' }]];
    }
    case 'reset': {
      const empty = newScope({ status: 'waiting', snap: state.snap });
      // Where we have just asked, a snapshot or the place follows; else it is for us to ask.
      const follows = state.snap && state.status === 'waiting';
      const [next, effects] = follows
        ? ([{ ...empty, asked: state.asked }, []] satisfies Step)
        : askAgain(empty);
      return [next, [{ do: 'forget' }, ...effects]];
    }
    case 'kick':
      return [newScope({ status: 'gone' }), [{ do: 'drop' }]];
    case 'head': {
      if (state.status !== 'live' || state.e === null) return [state, []];
      // Named twice and still not here: it was lost on the way.
      if (state.behind > state.s) return askAgain({ ...state, behind: 0 });
      return [{ ...state, behind: frame.s > state.s ? frame.s : 0 }, []];
    }
  }
}
