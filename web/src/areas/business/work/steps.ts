import type { Spec, Step, StepOp, Trigger } from '../types';
import { recipients } from './content';

export const OPS: readonly StepOp[] = [
  'metric.query',
  'email.send',
  'email.draft',
  'task.create',
  'connector.sync',
  'message.post',
];

/** Ranges that are meant from the day on which a workflow runs. */
export const RANGES = [
  'today',
  'yesterday',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
] as const;
export type RangeName = (typeof RANGES)[number];

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

/** What may start a workflow by itself. */
export const EVENTS = [
  'connector.sync.completed',
  'connector.sync.failed',
  'business.changed',
] as const;

const FIRST: Record<StepOp, Record<string, unknown>> = {
  'metric.query': { metric: 'revenue', range: 'last_month' },
  'email.send': { to: [], subject: '', body: '' },
  'email.draft': { to: [], subject: '', body: '' },
  'task.create': { title: '' },
  'connector.sync': { connector_id: '' },
  'message.post': { thread_id: '', text: '' },
};

export function newStep(op: StepOp): Step {
  return { op, in: { ...FIRST[op] } };
}

export function moved(steps: Step[], at: number, by: -1 | 1): Step[] {
  const to = at + by;
  if (to < 0 || to >= steps.length) return steps;
  const next = [...steps];
  const [step] = next.splice(at, 1);
  if (step) next.splice(to, 0, step);
  return next;
}

const NEEDED: Record<StepOp, string[]> = {
  'metric.query': ['metric', 'range'],
  'email.send': ['to', 'subject', 'body'],
  'email.draft': ['to', 'subject', 'body'],
  'task.create': ['title'],
  'connector.sync': ['connector_id'],
  'message.post': ['thread_id', 'text'],
};

/** The fields of a step that still need something. */
export function lacking(step: Step): string[] {
  return NEEDED[step.op].filter((name) => {
    const value = step.in[name];
    if (name === 'to') return recipients(value).length === 0;
    return typeof value !== 'string' || value.trim() === '';
  });
}

/** A schedule to begin with: Mondays at eight, where the person is. */
export function firstSpec(): Spec {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { every: { kind: 'weekly', day: 'monday', at: '08:00' }, zone };
}

export function newTrigger(kind: Trigger['kind']): Trigger {
  if (kind === 'schedule') return { kind, spec: firstSpec() };
  if (kind === 'event') return { kind, event: EVENTS[0] };
  return { kind: 'manual' };
}

/** The same times, cut otherwise. */
export function newEvery(kind: Spec['every']['kind'], before: Spec['every']): Spec['every'] {
  const at = 'at' in before ? before.at : '08:00';
  switch (kind) {
    case 'daily':
      return { kind, at };
    case 'weekly':
      return { kind, day: 'monday', at };
    case 'monthly':
      return { kind, day: 1, at };
    case 'every':
      return { kind, minutes: 60 };
  }
}
