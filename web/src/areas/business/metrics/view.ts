import type { Compare, Filter, Grain, MetricQuery } from '../types';
import type { Days, View } from './address';
import { ownDays } from './address';
import { daysOf, grainsFor, usualGrain } from './periods';

export function viewDays(view: View, today: string, fiscalMonth: number): Days {
  const own = ownDays(view.from ?? '', view.to ?? '');
  return daysOf(view.period ?? 'last_30_days', today, own, fiscalMonth);
}

/** The cut that is asked for, where these days allow it. */
export function viewGrain(view: View, days: Days): Grain {
  return view.grain && grainsFor(days).includes(view.grain) ? view.grain : usualGrain(days);
}

export function compareOf(view: View): Compare | undefined {
  return view.compare === 'none' ? undefined : (view.compare ?? 'previous_period');
}

/** Only what a metric can be filtered by; the others would be refused. */
export function fitting(filters: Filter[] | undefined, dimensions: string[]): Filter[] | undefined {
  const fit = filters?.filter((f) => dimensions.includes(f.dimension));
  return fit && fit.length > 0 ? fit : undefined;
}

export function seriesQuery(metric: string, view: View, days: Days, fits: string[]): MetricQuery {
  return {
    metric,
    ...days,
    grain: viewGrain(view, days),
    compare: compareOf(view),
    filters: fitting(view.filters, fits),
  };
}

export const MOST_GROUPS = 50;

export function groupQuery(
  metric: string,
  view: View,
  days: Days,
  fits: string[],
): MetricQuery | null {
  if (!view.by || !fits.includes(view.by)) return null;
  return {
    metric,
    ...days,
    group_by: [view.by],
    compare: compareOf(view),
    filters: fitting(view.filters, fits),
    limit: MOST_GROUPS,
    order: 'desc',
  };
}

/** A filter more, less, or with other values. */
export function withFilter(filters: Filter[] | undefined, filter: Filter): Filter[] | undefined {
  const rest = (filters ?? []).filter((f) => f.dimension !== filter.dimension);
  const next = filter.values.length > 0 ? [...rest, filter] : rest;
  return next.length > 0 ? next : undefined;
}
