import type { Series, SeriesPoint } from '../types';
import type { Range, Split } from './address';

/** What of a point is drawn. */
export type Draw = 'rate' | 'sum' | 'value' | 'quantiles';

/** A chart of the page, and the series of the server that it draws. */
export interface ChartSpec {
  id:
    | 'requests'
    | 'errors'
    | 'latency'
    | 'calls'
    | 'answers'
    | 'firstWord'
    | 'cost'
    | 'tokensIn'
    | 'tokensOut'
    | 'syncs';
  series: string;
  /** Only what has this label. */
  label?: string;
  draw: Draw;
  unit: string;
  splits: readonly Split[];
}

const OF_MODELS = ['provider', 'model', 'workspace'] as const;
const OF_REQUESTS = ['route'] as const;

const requests = { series: 'http.requests', splits: OF_REQUESTS } as const;
const calls = { series: 'model.calls', splits: OF_MODELS } as const;

export const CHARTS: readonly ChartSpec[] = [
  { id: 'requests', ...requests, draw: 'rate', unit: 'per_minute' },
  { id: 'errors', ...requests, label: 'status:5xx', draw: 'rate', unit: 'per_minute' },
  { id: 'latency', ...requests, draw: 'quantiles', unit: 'ms' },
  { id: 'calls', ...calls, draw: 'rate', unit: 'per_minute' },
  { id: 'answers', ...calls, draw: 'quantiles', unit: 'ms' },
  {
    id: 'firstWord',
    series: 'model.first_word',
    draw: 'quantiles',
    unit: 'ms',
    splits: OF_MODELS,
  },
  { id: 'cost', series: 'model.cost', draw: 'sum', unit: 'usd_micros', splits: OF_MODELS },
  { id: 'tokensIn', series: 'model.tokens_in', draw: 'sum', unit: 'tokens', splits: OF_MODELS },
  { id: 'tokensOut', series: 'model.tokens_out', draw: 'sum', unit: 'tokens', splits: OF_MODELS },
  { id: 'syncs', series: 'sync.runs', draw: 'rate', unit: 'per_minute', splits: ['workspace'] },
];

interface Look {
  /** Seconds. */
  length: number;
  step: number;
  /** How often it is asked again, in milliseconds. */
  again: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const WINDOWS: Record<Range, Look> = {
  '1h': { length: HOUR, step: MINUTE, again: 30_000 },
  '24h': { length: DAY, step: 5 * MINUTE, again: 60_000 },
  '7d': { length: 7 * DAY, step: HOUR, again: 300_000 },
  '30d': { length: 30 * DAY, step: 6 * HOUR, again: 300_000 },
};

export interface Window {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Seconds. */
  step: number;
}

/** From when to when, in whole steps that are over: half of one would look like a fall. */
export function windowOf(range: Range, now: number): Window {
  const { length, step } = WINDOWS[range];
  // A minute is written down when it is over.
  const to = Math.floor((now / 1000 - MINUTE) / step) * step;
  return { from: (to - length) * 1000, to: to * 1000, step };
}

export interface ChartLine {
  id: string;
  values: (number | null)[];
}

export interface Drawn {
  /** Milliseconds since the epoch. */
  times: number[];
  /** Seconds. */
  step: number;
  lines: ChartLine[];
  /** Groups that are not drawn one by one. */
  left: number;
}

/** More lines than these cannot be told apart. */
export const MOST_LINES = 6;
/** The line of all groups that have none of their own. */
export const OTHERS = '\u0000others';

const QUANTILES = ['p50', 'p95', 'p99'] as const;

type Read = (point: SeriesPoint) => number | null;

function reader(draw: Draw, step: number): Read {
  if (draw === 'rate') return (p) => p.count / (step / MINUTE);
  if (draw === 'sum') return (p) => p.sum;
  if (draw === 'value') return (p) => p.value;
  return (p) => p.p95;
}

/** Where nothing was counted there was nothing; where nothing was measured nothing is known. */
const empty = (draw: Draw) => (draw === 'rate' || draw === 'sum' ? 0 : null);

function spread(series: Series, times: number[], step: number, read: Read, none: number | null) {
  const values = times.map(() => none);
  const from = times[0] ?? 0;
  for (const point of series.points) {
    const at = Math.floor((Date.parse(point.at) - from) / (step * 1000));
    if (at >= 0 && at < values.length) values[at] = read(point);
  }
  return values;
}

const weight = (line: ChartLine) => line.values.reduce<number>((sum, v) => sum + (v ?? 0), 0);

function add(lines: ChartLine[]): ChartLine {
  const values = (lines[0]?.values ?? []).map((_, i) =>
    lines.reduce((sum, line) => sum + (line.values[i] ?? 0), 0),
  );
  return { id: OTHERS, values };
}

/** Series as the lines of one chart, on one row of times. */
export function drawn(list: Series[], draw: Draw, asked: Window, by: Split | undefined): Drawn {
  const step = list[0]?.step || asked.step;
  const from = Math.floor(asked.from / (step * 1000)) * step * 1000;
  const count = Math.max(1, Math.ceil((asked.to - from) / (step * 1000)));
  const times = Array.from({ length: count }, (_, i) => from + i * step * 1000);
  const none = empty(draw);
  const first = list[0];
  if (draw === 'quantiles' && !by) {
    const lines = QUANTILES.map((q) => ({
      id: q,
      values: first ? spread(first, times, step, (p) => p[q], none) : times.map(() => none),
    }));
    return { times, step, lines, left: 0 };
  }
  const lines = list.map((series) => ({
    id: by ? (series.labels?.[by] ?? '') : 'all',
    values: spread(series, times, step, reader(draw, step), none),
  }));
  const heaviest = lines.sort((a, b) => weight(b) - weight(a));
  if (heaviest.length <= MOST_LINES) return { times, step, lines: heaviest, left: 0 };
  const own = heaviest.slice(0, MOST_LINES - 1);
  const rest = heaviest.slice(MOST_LINES - 1);
  // Percentiles of several cannot be added up.
  const shown = none === 0 ? [...own, add(rest)] : own;
  return { times, step, lines: shown, left: rest.length };
}

/** Whether there is anything to be seen. */
export function isEmpty({ lines }: Drawn): boolean {
  return lines.every((line) => line.values.every((v) => v === null || v === 0));
}
