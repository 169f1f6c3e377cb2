import { locale } from '@/text/numbers';
import type { Amount, Grain, Unit } from './types';

const DAY_MS = 86_400_000;

/** How many digits a currency has behind the point; where the browser does not know it, two. */
function money(value: number, currency: string | null, more: Intl.NumberFormatOptions): string {
  const plain = { ...more };
  if (!currency) return new Intl.NumberFormat(locale(), plain).format(value);
  try {
    return new Intl.NumberFormat(locale(), {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      ...plain,
    }).format(value);
  } catch {
    return `${new Intl.NumberFormat(locale(), plain).format(value)} ${currency}`;
  }
}

/** A share of one in percent. */
export function percent(share: number, digits = 1): string {
  return new Intl.NumberFormat(locale(), {
    style: 'percent',
    maximumFractionDigits: digits,
  }).format(share);
}

/** The number in full, to the last cent. */
export function exact(unit: Unit | null, value: number | null, currency: string | null): string {
  if (value === null) return '–';
  if (unit === 'money') return money(value, currency, {});
  if (unit === 'percent') return percent(value, 2);
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 2 }).format(value);
}

/** For where there is little room: no cents where there are thousands. */
export function rounded(unit: Unit | null, value: number | null, currency: string | null): string {
  if (value === null) return '–';
  if (unit === 'money' && Math.abs(value) >= 1000) {
    return money(value, currency, { maximumFractionDigits: 0 });
  }
  return exact(unit, value, currency);
}

/** For an axis: “£1.2M”. */
export function short(unit: Unit | null, value: number, currency: string | null): string {
  if (unit === 'percent') return percent(value);
  const most = { notation: 'compact', maximumFractionDigits: 1 } as const;
  return unit === 'money'
    ? money(value, currency, { ...most, minimumFractionDigits: 0 })
    : new Intl.NumberFormat(locale(), most).format(value);
}

/** “+12.3 %”; nothing was before, so nothing can be said. */
export function changeWords(change: number | null): string | null {
  if (change === null || !Number.isFinite(change)) return null;
  const digits = Math.abs(change) >= 1 ? 0 : 1;
  return new Intl.NumberFormat(locale(), {
    style: 'percent',
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  }).format(change);
}

/** How much more or less than before, as a share; null where there was nothing to compare with. */
export function changeOf(value: number | null, previous: number | null): number | null {
  if (value === null || previous === null || previous === 0) return null;
  return (value - previous) / Math.abs(previous);
}

export type Trend = 'good' | 'bad' | 'even';

/** Whether a change is welcome. */
export function trend(change: number | null, good: 'up' | 'down'): Trend {
  if (change === null || Math.abs(change) < 0.0005) return 'even';
  return change > 0 === (good === 'up') ? 'good' : 'bad';
}

/** One amount for each currency; the answer may have only one value, or a list of them. */
export function amountsOf(answer: {
  value: number | null;
  currency: string | null;
  values?: Amount[];
}): Amount[] {
  if (answer.values && answer.values.length > 0) return answer.values;
  return answer.value === null ? [] : [{ value: answer.value, currency: answer.currency }];
}

function atNoon(day: string): Date {
  return new Date(`${day.slice(0, 10)}T12:00:00Z`);
}

function written(day: string, options: Intl.DateTimeFormatOptions): string {
  const date = atNoon(day);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options }).format(date);
}

export function dayWords(day: string): string {
  return written(day, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** “1 – 21 November 2026”. */
export function rangeWords(from: string, to: string): string {
  if (from.slice(0, 10) === to.slice(0, 10)) return dayWords(from);
  const [a, b] = [atNoon(from), atNoon(to)];
  if (Number.isNaN(a.getTime()) || Number.isNaN(b.getTime())) return `${from} – ${to}`;
  return new Intl.DateTimeFormat(locale(), {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).formatRange(a, b);
}

/** The name of a piece of time, in full. */
export function pieceWords(start: string, grain: Grain | null): string {
  switch (grain) {
    case 'week':
      return rangeWords(
        start,
        new Date(atNoon(start).getTime() + 6 * DAY_MS).toISOString().slice(0, 10),
      );
    case 'month':
      return written(start, { month: 'long', year: 'numeric' });
    case 'quarter':
      return `Q${Math.floor(atNoon(start).getUTCMonth() / 3) + 1} ${start.slice(0, 4)}`;
    case 'year':
      return start.slice(0, 4);
    default:
      return written(start, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  }
}

/** The same under an axis. */
export function pieceShort(start: string, grain: Grain | null): string {
  switch (grain) {
    case 'month':
      return written(start, { month: 'short', year: '2-digit' });
    case 'quarter':
    case 'year':
      return pieceWords(start, grain);
    default:
      return written(start, { day: 'numeric', month: 'short' });
  }
}
