import type { Grain } from '../types';
import type { Days, PeriodId } from './address';

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function utc(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

export function addDays(day: string, days: number): string {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + days);
  return iso(date);
}

/** The first of the month so many months away. */
function monthStart(day: string, months: number): string {
  const date = utc(day);
  return iso(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)));
}

/** How many days a range has. */
export function length({ from, to }: Days): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000) + 1;
}

/** The day that it is where the workspace counts its days. */
export function todayIn(timeZone: string | undefined, now = new Date()): string {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const of = (zone: string | undefined) =>
    new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone }).format(now);
  try {
    return of(timeZone);
  } catch {
    return of(undefined);
  }
}

/** The days of a period: whole units of the calendar, so that they are compared with the same unit before. */
export function daysOf(period: PeriodId, today: string, own: Days | null, fiscalMonth = 1): Days {
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'this_month':
      return { from: monthStart(today, 0), to: addDays(monthStart(today, 1), -1) };
    case 'last_month':
      return { from: monthStart(today, -1), to: addDays(monthStart(today, 0), -1) };
    case 'this_quarter': {
      const into = utc(today).getUTCMonth() % 3;
      return { from: monthStart(today, -into), to: addDays(monthStart(today, 3 - into), -1) };
    }
    case 'this_year':
      return { from: `${today.slice(0, 4)}-01-01`, to: `${today.slice(0, 4)}-12-31` };
    case 'fiscal_year': {
      const into = (utc(today).getUTCMonth() + 13 - fiscalMonth) % 12;
      return { from: monthStart(today, -into), to: addDays(monthStart(today, 12 - into), -1) };
    }
    case 'last_12_months':
      return { from: monthStart(today, -11), to: addDays(monthStart(today, 1), -1) };
    case 'own':
      if (own) return own;
      break;
    default:
  }
  return { from: addDays(today, -29), to: today };
}

const PIECE_DAYS: Record<Grain, number> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };
const MOST_PIECES = 370;

/** The cuts that make sense of so many days. */
export function grainsFor(days: Days): Grain[] {
  const n = length(days);
  return (Object.keys(PIECE_DAYS) as Grain[]).filter((grain) => {
    const pieces = n / PIECE_DAYS[grain];
    return pieces <= MOST_PIECES && (grain === 'day' || pieces >= 1.9);
  });
}

/** The cut that shows a shape: neither three points nor three hundred. */
export function usualGrain(days: Days): Grain {
  const n = length(days);
  if (n <= 62) return 'day';
  if (n <= 150) return 'week';
  if (n <= 1100) return 'month';
  return n <= 4400 ? 'quarter' : 'year';
}

/** The month that a moment falls into. */
export function monthOf(day: string): Days {
  return { from: monthStart(day, 0), to: addDays(monthStart(day, 1), -1) };
}

/** The last day of the piece of time that begins on a day. */
export function pieceEnd(start: string, grain: Grain): string {
  switch (grain) {
    case 'day':
      return start;
    case 'week':
      return addDays(start, 6);
    case 'month':
      return addDays(monthStart(start, 1), -1);
    case 'quarter':
      return addDays(monthStart(start, 3), -1);
    case 'year':
      return `${start.slice(0, 4)}-12-31`;
  }
}

/** Whether the newest piece goes on: what is in it is not all there will be. */
export function goesOn(start: string | undefined, grain: Grain | null, today: string): boolean {
  return start !== undefined && grain !== null && pieceEnd(start.slice(0, 10), grain) >= today;
}
