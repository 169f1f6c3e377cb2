import { language as chosen } from './index';

/** The region's way of writing numbers and days, where the browser speaks the chosen language. */
export function locale(): string {
  const tags = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return tags.find((tag) => tag.split('-')[0] === chosen()) ?? chosen();
}

export function tokenCount(n: number): string {
  if (n < 1000) return String(n);
  return new Intl.NumberFormat(locale(), {
    notation: 'compact',
    maximumFractionDigits: n < 10_000 ? 1 : 0,
  }).format(n);
}

export function whole(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

export function usd(dollars: number): string {
  const small = dollars !== 0 && Math.abs(dollars) < 0.1;
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: Number.isInteger(dollars) ? 0 : 2,
    maximumFractionDigits: small ? 4 : 2,
  }).format(dollars);
}

/** Millionths of a dollar, to the digit that still says something. */
export function money(micros: number): string {
  const dollars = micros / 1e6;
  if (micros > 0 && dollars < 0.0001) return `< ${usd(0.0001)}`;
  return usd(dollars);
}

export function seconds(ms: number): string {
  const s = ms / 1000;
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: s < 10 ? 1 : 0 });
  return `${number.format(s)} s`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
];

/** “3 minutes ago”; a date for what is older than a month. */
export function ago(iso: string, now = Date.now()): string {
  const past = (now - Date.parse(iso)) / 1000;
  if (past > 30 * 86_400)
    return new Date(iso).toLocaleDateString(locale(), { dateStyle: 'medium' });
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const [unit, size] = STEPS.findLast(([, s]) => Math.abs(past) >= s) ?? ['second', 1];
  return unit === 'second'
    ? format.format(0, 'second')
    : format.format(-Math.round(past / size), unit);
}

export function dateTime(iso: string): string {
  return new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
}

export function date(iso: string): string {
  return new Date(iso).toLocaleDateString(locale(), { dateStyle: 'medium' });
}

/** The time of day; with the day where that is not today. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) {
    return at.toLocaleTimeString(locale(), { timeStyle: 'short' });
  }
  return at.toLocaleString(locale(), {
    day: 'numeric',
    month: 'short',
    year: at.getFullYear() === now.getFullYear() ? undefined : 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  });
}

const BYTES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** “1.4 MB”. */
export function bytes(n: number): string {
  const power = Math.min(BYTES.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3));
  const value = n / 1000 ** power;
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: BYTES[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 && value < 100 ? 1 : 0,
  }).format(value);
}
