import type { Compare, Filter, Grain } from '../types';

/** The periods that are one click away. */
export const PERIODS = [
  'today',
  'last_30_days',
  'this_month',
  'last_month',
  'this_quarter',
  'this_year',
  'last_12_months',
] as const;
export type PeriodId = (typeof PERIODS)[number] | 'fiscal_year' | 'own';

/** First and last day, both included. */
export interface Days {
  from: string;
  to: string;
}

/** A day that there is: 31 September is none. */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** A range that was typed, put in order; null while it is not a range. */
export function ownDays(from: string, to: string): Days | null {
  if (!isDay(from) || !isDay(to)) return null;
  return from <= to ? { from, to } : { from: to, to: from };
}

/** What the page of metrics shows; it stands in the address, so that it can be sent to somebody. */
export interface View {
  metric?: string;
  period?: PeriodId;
  from?: string;
  to?: string;
  grain?: Grain;
  by?: string;
  compare?: Compare | 'none';
  filters?: Filter[];
}

const GRAINS = ['day', 'week', 'month', 'quarter', 'year'] as const;

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

function filtersOf(value: unknown): Filter[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const good = value.flatMap((f: unknown): Filter[] => {
    const { dimension, values, not } = (f ?? {}) as Partial<Filter>;
    if (typeof dimension !== 'string' || !Array.isArray(values)) return [];
    const words = values.map(String).filter(Boolean);
    return words.length > 0 ? [{ dimension, values: words, ...(not === true ? { not } : {}) }] : [];
  });
  return good.length > 0 ? good : undefined;
}

/** What an address asks for; what it cannot mean is left out. */
export function readView(search: Record<string, unknown>): View {
  const days = ownDays(String(search.from ?? ''), String(search.to ?? ''));
  const named = [...PERIODS, 'fiscal_year' as const].find((p) => p === search.period);
  return {
    metric: text(search.metric),
    period: search.period === 'own' && days ? 'own' : named,
    from: days && isDay(search.from) ? days.from : undefined,
    to: days && isDay(search.to) ? days.to : undefined,
    grain: GRAINS.find((g) => g === search.grain),
    by: text(search.by),
    compare: (['previous_period', 'previous_year', 'none'] as const).find(
      (c) => c === search.compare,
    ),
    filters: filtersOf(search.filters),
  };
}
