import type { AskAnswer, Compare, Filter, Grain, MetricQuery } from '../types';

/** What an answer was computed of, as far as its chips can change it. */
export interface AskFrame {
  metric: string;
  from: string;
  to: string;
  grain: Grain | undefined;
  by: string | undefined;
  compare: Compare | undefined;
  filters: Filter[];
}

type Loose = Record<string, unknown>;

const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
const word = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

/** The frame that stands in a plan, or the input of its step that asks for a metric. */
function planned(plan: unknown): Loose {
  if (!isObject(plan)) return {};
  if (isObject(plan.frame)) return plan.frame;
  const steps = Array.isArray(plan.steps) ? (plan.steps as unknown[]) : [];
  const step = steps.find((s) => isObject(s) && s.op === 'metric.query');
  return isObject(step) && isObject(step.in) ? step.in : {};
}

/** Null where there is no number whose range or filters could be others. */
export function frameOf(answer: AskAnswer): AskFrame | null {
  const frame = planned(answer.plan);
  const metric = answer.metric ?? word(frame.metric);
  const { chart, range } = answer;
  if (!metric || !range?.from || !range.to) return null;
  const by = Array.isArray(frame.group_by) ? frame.group_by[0] : frame.group_by;
  return {
    metric,
    from: range.from.slice(0, 10),
    to: range.to.slice(0, 10),
    grain: (chart?.kind === 'line' ? chart.by : word(frame.grain)) as Grain | undefined,
    by: chart?.kind === 'bar' ? chart.by : word(by),
    compare: word(frame.compare) as Compare | undefined,
    filters: answer.filters,
  };
}

export function queryOf(frame: AskFrame): MetricQuery {
  return {
    metric: frame.metric,
    from: frame.from,
    to: frame.to,
    compare: frame.compare,
    filters: frame.filters.length > 0 ? frame.filters : undefined,
    ...(frame.by ? { group_by: [frame.by], limit: 50 } : { grain: frame.grain }),
  };
}
