import { locale } from '@/text/numbers';

const DAY = 86_400;

function written(time: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale(), options).format(new Date(time));
}

/** Under an axis: the time of day within a day or two, else the day. */
export function timeShort(time: number, step: number): string {
  return step < 3600
    ? written(time, { hour: '2-digit', minute: '2-digit' })
    : written(time, { day: 'numeric', month: 'short' });
}

/** In full. */
export function timeWords(time: number, step: number): string {
  return step >= DAY
    ? written(time, { weekday: 'short', day: 'numeric', month: 'short' })
    : written(time, {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
      });
}
