import { describe, expect, it } from 'vitest';
import { readMonitor } from '../../../src/areas/admin/monitor/address';
import {
  CHARTS,
  drawn,
  isEmpty,
  MOST_LINES,
  OTHERS,
  windowOf,
  WINDOWS,
} from '../../../src/areas/admin/monitor/series';
import type { Series, SeriesPoint } from '../../../src/areas/admin/types';

const MINUTE = 60_000;
const point = (at: number, part: Partial<SeriesPoint> = {}): SeriesPoint => ({
  at: new Date(at).toISOString(),
  count: 0,
  sum: 0,
  min: null,
  max: null,
  p50: null,
  p95: null,
  p99: null,
  value: null,
  ...part,
});
const series = (points: SeriesPoint[], labels?: Record<string, string>): Series => ({
  name: 'http.requests',
  unit: 'ms',
  step: 60,
  points,
  labels,
});
const from = Date.UTC(2026, 10, 21, 10);
const asked = { from, to: from + 3 * MINUTE, step: 60 };

describe('the window of a chart', () => {
  it('has whole steps that are over', () => {
    for (const range of ['1h', '24h', '7d', '30d'] as const) {
      const now = Date.UTC(2026, 10, 21, 10, 17, 23);
      const { from: begin, to, step } = windowOf(range, now);
      expect(to).toBeLessThanOrEqual(now - MINUTE);
      expect(to % (step * 1000)).toBe(0);
      expect((to - begin) / 1000).toBe(WINDOWS[range].length);
      // More points than these are no chart any more.
      expect(WINDOWS[range].length / step).toBeLessThanOrEqual(300);
    }
  });

  it('stands in the address, and only what there is', () => {
    expect(readMonitor({ range: '7d', by: 'model' })).toEqual({ range: '7d', by: 'model' });
    expect(readMonitor({ range: 'ever', by: 7 })).toEqual({ range: undefined, by: undefined });
  });
});

describe('the lines of a chart', () => {
  it('say nothing was counted where nothing was, and that nothing is known where none was measured', () => {
    const points = [point(from, { count: 4, p50: 12, p95: 30, p99: 44 }), point(from + 2 * MINUTE)];
    const rate = drawn([series(points)], 'rate', asked, undefined);
    expect(rate.lines.map((l) => l.values)).toEqual([[4, 0, 0]]);
    const spread = drawn([series(points)], 'quantiles', asked, undefined);
    expect(spread.lines.map((l) => l.id)).toEqual(['p50', 'p95', 'p99']);
    expect(spread.lines[1]?.values).toEqual([30, null, null]);
  });

  it('take the step of the answer, and make a rate a minute of it', () => {
    const five = { ...series([point(from, { count: 50 })]), step: 300 };
    const { times, lines } = drawn([five], 'rate', { ...asked, to: from + 600_000 }, undefined);
    expect(times).toEqual([from, from + 300_000]);
    expect(lines[0]?.values).toEqual([10, 0]);
  });

  it('leave out what lies outside', () => {
    const points = [point(from - MINUTE, { count: 9 }), point(from + 9 * MINUTE, { count: 9 })];
    expect(isEmpty(drawn([series(points)], 'rate', asked, undefined))).toBe(true);
    expect(isEmpty(drawn([], 'quantiles', asked, undefined))).toBe(true);
  });

  it('are the heaviest groups, and one of all others', () => {
    const groups = Array.from({ length: MOST_LINES + 3 }, (_, i) =>
      series([point(from, { count: i + 1, sum: i + 1, p95: i })], { model: `m${i}` }),
    );
    const counted = drawn(groups, 'sum', asked, 'model');
    expect(counted.lines).toHaveLength(MOST_LINES);
    expect(counted.lines[0]?.id).toBe('m8');
    expect(counted.lines.at(-1)?.id).toBe(OTHERS);
    expect(counted.lines.at(-1)?.values[0]).toBe(1 + 2 + 3 + 4);
    expect(counted.left).toBe(4);
    // Percentiles cannot be added up.
    const measured = drawn(groups, 'quantiles', asked, 'model');
    expect(measured.lines.map((l) => l.id)).not.toContain(OTHERS);
    expect(measured.left).toBe(4);
  });

  it('are of charts that differ', () => {
    expect(new Set(CHARTS.map((c) => c.id)).size).toBe(CHARTS.length);
  });
});
