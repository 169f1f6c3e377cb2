import type { UsageReport, UsageRow } from '@/api/contract';

export type Measure = 'cost' | 'tokens' | 'calls';

/** The height of a bar; what has no price has no height of cost, which is not a cost of zero. */
export function measureOf(row: UsageRow, measure: Measure): number | null {
  if (measure === 'calls') return row.calls;
  if (measure === 'tokens') return row.input_tokens + row.output_tokens;
  return row.cost_micros;
}

export interface Day {
  key: string;
  row: UsageRow | null;
}

const DAY = 86_400_000;

/** One entry for each day of the report, also for those on which nothing happened. */
export function everyDay(report: UsageReport): Day[] {
  const byKey = new Map(report.rows.map((row) => [row.key.slice(0, 10), row]));
  const days: Day[] = [];
  const end = Date.parse(report.to);
  for (let at = Date.parse(report.from); at < end && days.length < 400; at += DAY) {
    const key = new Date(at).toISOString().slice(0, 10);
    days.push({ key, row: byKey.get(key) ?? null });
  }
  return days;
}

/** A round number at or above the largest bar, and its half. */
export function ceiling(max: number): number {
  if (max <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 5, 10].find((s) => s * power >= max) ?? 10;
  return step * power;
}
