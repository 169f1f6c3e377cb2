import type { BusinessText } from '../text';
import type { Trigger } from '../types';
import { WEEKDAYS } from './steps';

/** When a workflow runs, in words. */
export function triggerWords(trigger: Trigger, b: BusinessText): string {
  if (trigger.kind === 'manual') return b.flows.byHand;
  if (trigger.kind === 'event') return b.flows.onEvent(b.flows.event(trigger.event));
  const { every } = trigger.spec;
  switch (every.kind) {
    case 'daily':
      return b.flows.daily(every.at);
    case 'weekly': {
      const day = WEEKDAYS.find((d) => d === every.day);
      return b.flows.weekly(day ? b.flows.weekdays[day] : every.day, every.at);
    }
    case 'monthly':
      return b.flows.monthly(every.day, every.at);
    case 'every':
      return b.flows.each(every.minutes);
  }
}
