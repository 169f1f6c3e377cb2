import type { SearchText } from './text';

/** A day as the search takes it: the one it is here, not in Greenwich. */
export function dayOf(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export interface NamedDay {
  value: string;
  label: string;
}

/** Days that are asked for again and again. */
export function namedDays(s: SearchText, now = new Date()): NamedDay[] {
  const back = (days: number, months = 0) =>
    dayOf(new Date(now.getFullYear(), now.getMonth() - months, now.getDate() - days));
  const { dayNames } = s;
  return [
    { value: back(0), label: dayNames.today },
    { value: back(1), label: dayNames.yesterday },
    { value: back(7), label: dayNames.week },
    { value: back(0, 1), label: dayNames.month },
    { value: `${now.getFullYear()}-01-01`, label: dayNames.year },
  ];
}

export function daysFitting(typed: string, s: SearchText): NamedDay[] {
  const plain = typed.toLowerCase();
  return namedDays(s).filter(
    (day) => day.value.startsWith(plain) || day.label.toLowerCase().includes(plain),
  );
}
