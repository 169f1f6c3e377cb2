/** The frames of the live connection, as the contract names them. */

/** Opaque: only ever compared. */
export type Epoch = string | number;
export type Position = [epoch: Epoch, seq: number];

/** Named parts of a scope: an object replaces, an array upserts, `gone` takes away. */
export interface Parts {
  [part: string]: unknown;
  gone?: Record<string, string[]>;
}

export interface SnapFrame {
  k: 'snap';
  i?: number;
  c: string;
  e: Epoch;
  s: number;
  d?: Parts;
  url?: string;
}
export interface EventFrame {
  k: 'ev';
  c: string;
  s: number;
  kind: string;
  d?: Parts;
  by?: string;
}
export interface LiveFrame {
  k: 'live';
  i?: number;
  c: string;
  e: Epoch;
  s: number;
}
export interface ResetFrame {
  k: 'reset';
  c: string;
  e?: Epoch;
  why?: string;
}
export interface KickFrame {
  k: 'kick';
  c: string;
  why?: string;
}
export type ScopeFrame = SnapFrame | EventFrame | LiveFrame | ResetFrame | KickFrame;

export interface Tried {
  provider: string;
  model?: string | null;
  attempt?: number;
  ok?: boolean;
  code?: string | null;
  error?: string | null;
  retry_after_ms?: number | null;
}
/** What is said of a running answer beside its text. */
export interface Source {
  provider?: string | null;
  model?: string | null;
  attempts?: Tried[];
}
interface GenBase {
  k: 'gen';
  c: string;
  g: string;
  m: string;
  n: number;
}
export type GenFrame = GenBase &
  (
    | { op: 'open'; o: number }
    | { op: 'txt'; o: number; x: string; p?: 'r' }
    | ({ op: 'set' } & Source)
    | { op: 'end'; status: string; o: number }
  );
export interface GenSnapFrame extends Source {
  k: 'gsnap';
  c: string;
  g: string;
  m: string;
  n: number;
  text: string;
  reasoning?: string | null;
}

export interface PokeFrame {
  k: 'poke';
  t: string;
  s: number;
  mention?: boolean;
  by?: string | null;
}
export interface WelcomeFrame {
  k: 'welcome';
  v: number;
  conn: string;
  t: number;
  hb?: number;
  exp?: number | null;
  limits?: { subs?: number; frame?: number };
  u: string;
  w: string;
}
/** What every tab of this browser hears, whichever of them holds the connection. */
export type SharedFrame =
  | ScopeFrame
  | GenFrame
  | GenSnapFrame
  | PokeFrame
  | { k: 'pres'; c: string; d: Record<string, 'online' | 'idle' | 'offline'> }
  | { k: 'typ'; c: string; u: string; ms: number }
  | { k: 'hb'; t: number; h?: Record<string, number> };
export type ServerFrame =
  | SharedFrame
  | WelcomeFrame
  | { k: 'err'; i?: number; c?: string; code: string; error: string }
  | { k: 'pong'; t: number }
  | { k: 'bye'; code: number; retry?: number | null };

export type ClientFrame =
  | { k: 'hello'; v: 1; cid: string; since: Record<string, Position> }
  | { k: 'sub'; i: number; c: string; since?: Position; snap?: { last: number } }
  | { k: 'unsub'; c: string }
  | { k: 'gwant'; c: string; g: string }
  | { k: 'typing'; c: string; on: boolean }
  | { k: 'here'; state: 'online' | 'idle'; c?: string }
  | { k: 'read'; c: string; s: number }
  | { k: 'ack'; b: number }
  | { k: 'ping'; t: number };

/** A text message of the socket: one frame, or several. What is not a frame is left out. */
export function readFrames(text: string): ServerFrame[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(
    (f): f is ServerFrame =>
      typeof f === 'object' && f !== null && typeof (f as { k?: unknown }).k === 'string',
  );
}
