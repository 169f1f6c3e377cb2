import type { GenFrame, GenSnapFrame, Source, Tried } from './frames';

/** A running answer as the live connection tells it. Offsets count UTF-16 units. */
export interface Running {
  g: string;
  m: string;
  text: string;
  reasoning: string;
  provider: string | null;
  model: string | null;
  attempts: Tried[];
  /** The newest word about the source; older ones that come late say nothing. */
  setAt: number;
  /** Null while it runs. */
  status: string | null;
  /** True from a gap until the whole text has come. */
  wants: boolean;
}

export interface GenStep {
  state: Running | null;
  /** True when the whole text must be asked for. */
  ask: boolean;
}

function begin(frame: { g: string; m: string }, text = '', reasoning = ''): Running {
  return {
    g: frame.g,
    m: frame.m,
    text,
    reasoning,
    provider: null,
    model: null,
    attempts: [],
    setAt: -1,
    status: null,
    wants: false,
  };
}

/** Adds a piece that begins at `o`; null when something before it is missing. */
export function append(have: string, o: number, x: string): string | null {
  if (o > have.length) return null;
  if (o + x.length <= have.length) return have;
  return have + x.slice(have.length - o);
}

function source(state: Running, from: Source): Running {
  return {
    ...state,
    provider: from.provider === undefined ? state.provider : from.provider,
    model: from.model === undefined ? state.model : from.model,
    attempts: from.attempts ?? state.attempts,
  };
}

function gap(state: Running): GenStep {
  if (state.wants) return { state, ask: false };
  return { state: { ...state, wants: true }, ask: true };
}

/**
 * The reducer of a running answer. `state` may be what an earlier run of the same message left, or a
 * stored beginning. Duplicates and overlaps are harmless; a gap asks for the whole.
 */
export function advance(before: Running | null, frame: GenFrame | GenSnapFrame): GenStep {
  if (frame.k === 'gsnap') {
    const same = before?.g === frame.g ? before : null;
    // The text only ever grows: a snapshot that is behind adds nothing.
    const text = same && same.text.length > frame.text.length ? same.text : frame.text;
    const thought = frame.reasoning ?? '';
    const reasoning = same && same.reasoning.length > thought.length ? same.reasoning : thought;
    const next = source(same ?? begin(frame), frame);
    const state = { ...next, text, reasoning, wants: false, setAt: Math.max(next.setAt, frame.n) };
    return { state, ask: false };
  }
  let state = before;
  if (!state || state.g !== frame.g) {
    const from = frame.op === 'open' ? frame.o : 0;
    // A run that goes on begins with what the message already said.
    const known = before && before.text.length >= from ? before : null;
    state = begin(frame, known?.text.slice(0, from), known?.reasoning);
    if (frame.op === 'open') {
      if (known || from === 0) return { state, ask: false };
      return gap(state);
    }
    if (frame.op === 'txt' && frame.p !== 'r' && before && frame.o <= before.text.length) {
      state = { ...state, text: before.text.slice(0, frame.o), reasoning: before.reasoning };
    }
  }
  switch (frame.op) {
    case 'open':
      return { state, ask: false };
    case 'txt': {
      if (frame.p === 'r') {
        const reasoning = append(state.reasoning, frame.o, frame.x);
        return reasoning === null ? gap(state) : { state: { ...state, reasoning }, ask: false };
      }
      const text = append(state.text, frame.o, frame.x);
      return text === null ? gap(state) : { state: { ...state, text }, ask: false };
    }
    case 'set':
      if (frame.n <= state.setAt) return { state, ask: false };
      return { state: { ...source(state, frame), setAt: frame.n }, ask: false };
    case 'end': {
      const ended = { ...state, status: frame.status };
      return frame.o > state.text.length ? gap(ended) : { state: ended, ask: false };
    }
  }
}
