import { bytes, locale, money } from '@/text/numbers';

function number(value: number, digits: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

function unit(value: number, name: string, digits: number): string {
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: name,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

function compact(value: number): string {
  return new Intl.NumberFormat(locale(), {
    notation: 'compact',
    maximumFractionDigits: value < 1000 ? 0 : 2,
  }).format(value);
}

/** Milliseconds in the unit that a person would choose. */
export function duration(ms: number): string {
  if (ms < 1) return unit(ms, 'millisecond', 2);
  if (ms < 999.5) return unit(ms, 'millisecond', 0);
  const s = ms / 1000;
  if (s < 120) return unit(s, 'second', s < 10 ? 1 : 0);
  if (s < 7200) return unit(s / 60, 'minute', 0);
  return s < 172_800 ? unit(s / 3600, 'hour', 0) : unit(s / 86_400, 'day', 0);
}

/** A number with its unit, by the server's name of it; an unknown one is written behind. */
export function measure(name: string, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  switch (name) {
    case 'ms':
      return duration(value);
    case 'seconds':
    case 's':
      return duration(value * 1000);
    case 'ratio':
      return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 2 }).format(
        value,
      );
    case 'percent':
      return `${number(value, 2)} %`;
    case 'usd_micros':
    case 'micros':
      return money(value);
    case 'bytes':
      return bytes(value);
    case 'tokens':
      return compact(value);
    case 'per_minute':
    case 'count':
    case '':
      return number(value, Math.abs(value) < 10 ? 2 : 0);
    default:
      return `${number(value, Math.abs(value) < 10 ? 2 : 0)} ${name}`;
  }
}

/** Minor units of a currency, by how many digits it has. */
export function amount(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(locale(), {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    });
    return format.format(minor / 10 ** digits(currency));
  } catch {
    return `${number(minor / 100, 2)} ${currency}`;
  }
}

/** How many digits a currency has behind the point; two where the browser does not know it. */
export function digits(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** What somebody wrote as an amount, in minor units; null where it is none. */
export function minorOf(text: string, currency: string): number | null {
  const plain = text.trim().replace(/\s/g, '').replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(plain)) return null;
  const minor = Math.round(Number(plain) * 10 ** digits(currency));
  return Number.isSafeInteger(minor) && minor > 0 ? minor : null;
}
