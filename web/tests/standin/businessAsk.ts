import type { Action, AskAnswer, MetricQuery } from '../../src/areas/business/types.ts';
import { answer as compute, shop } from './business.ts';
import { id, now } from './store.ts';

const asked = new Map<string, AskAnswer>();
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const storedAnswer = (query: string) => asked.get(query);

function lastMonth(back = 1) {
  const d = new Date();
  return {
    from: day(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - back, 1)),
    to: day(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - back + 1, 0)),
  };
}

function empty(): AskAnswer {
  return {
    query_id: id(),
    thread_id: null,
    question: '',
    answer: '',
    intent: 'metrics',
    confidence: 0.97,
    module: 'mini-foundry',
    decided_by: 'rules',
    language: 'en',
    entities: [],
    plan: null,
    metric: null,
    value: null,
    value_minor: null,
    values: [],
    previous: null,
    unit: null,
    currency: null,
    series: [],
    rows: [],
    chart: null,
    range: null,
    definition: null,
    filters: [],
    fresh_until: null,
    sources: [],
    sql: null,
    queries: [],
    row_count: 0,
    clarification: null,
    declined: null,
    carried: [],
    alternatives: [],
    suggestions: [],
    action_id: null,
    action: null,
    hits: null,
    notes: [],
    took_ms: 12,
    created_at: now(),
  };
}

function number(question: string, query: MetricQuery, words: string, more: Partial<AskAnswer>) {
  const found = compute(query);
  return {
    ...empty(),
    ...found,
    answer: words.replace('%', `£${(found.value ?? 0).toLocaleString('en-GB')}`),
    entities: [{ kind: 'metric', text: 'revenue', value: query.metric }],
    plan: { frame: { ...query, question }, steps: [{ id: 's1', op: 'metric.query', in: query }] },
    range: { from: query.from, to: query.to, label: `${query.from} – ${query.to}` },
    filters: query.filters ?? [],
    ...more,
  };
}

/** Answers a few questions as the real server would, by looking for words. */
export function understand(question: string, propose: (a: Partial<Action>) => Action): AskAnswer {
  const q = question.toLowerCase();
  let made: AskAnswer;
  if (!shop.open) {
    made = {
      ...empty(),
      declined: 'No source of orders is connected, so there is nothing to compute revenue from.',
      suggestions: [],
    };
  } else if (q.includes('mail') || q.includes('send')) {
    const action = propose({
      kind: 'email.send',
      title: 'Send an e-mail to anna@example.com: Revenue last month',
      content: {
        to: ['anna@example.com'],
        subject: 'Revenue last month',
        body: 'Hello Anna,\n\nrevenue last month was £31,204.18, 4.1 % more than the month before.\n\nAda',
      },
    });
    made = {
      ...empty(),
      intent: 'action',
      module: 'ops-copilot',
      answer: 'This is the e-mail. Nothing is sent before you say yes.',
      action,
      action_id: action.id,
    };
  } else if (q.includes('georgia')) {
    made = {
      ...empty(),
      answer: 'Do you mean the country or the product?',
      clarification: {
        question: 'Do you mean the country or the product?',
        options: [
          { label: 'Country Georgia', question: 'Revenue in the country Georgia last month' },
          { label: 'Product Georgia', question: 'Revenue of the product Georgia last month' },
        ],
      },
    };
  } else if (q.includes('top') || q.includes('product')) {
    const query: MetricQuery = {
      metric: 'revenue',
      ...lastMonth(),
      group_by: ['product'],
      limit: 5,
    };
    made = number(question, query, 'Rye sourdough sold best last month.', {
      chart: { kind: 'bar', by: 'product' },
      value: null,
      values: [],
    });
  } else {
    const before = q.includes('before');
    const query: MetricQuery = {
      metric: 'revenue',
      ...lastMonth(before ? 2 : 1),
      grain: 'day',
      compare: 'previous_period',
      filters: q.includes('france') ? [{ dimension: 'country', values: ['France'] }] : [],
    };
    made = number(question, query, 'Revenue in the month was %.', {
      chart: { kind: 'line', by: 'day' },
      carried: before ? ['Revenue'] : [],
      alternatives: [{ label: 'With tax and shipping', question: 'Total sales last month' }],
      suggestions: ['And the month before?', 'Top 5 products last month'],
    });
  }
  asked.set(made.query_id, made);
  return made;
}

export const newAction = (part: Partial<Action>): Action => ({
  id: id(),
  kind: 'email.send',
  state: 'proposed',
  title: '',
  content: {},
  hash: id(),
  needs_confirmation: true,
  warnings: [],
  undo_until: null,
  error: null,
  result: null,
  thread_id: null,
  query_id: null,
  created_by: id(),
  created_at: now(),
  confirmed_by: null,
  confirmed_at: null,
  executed_at: null,
  expires_at: new Date(Date.now() + 15 * 60_000).toISOString(),
  ...part,
});
