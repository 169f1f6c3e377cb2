import type { AskAnswer } from '../types';

const LISTS = [
  'entities',
  'series',
  'rows',
  'filters',
  'sources',
  'queries',
  'carried',
  'alternatives',
  'suggestions',
] as const;

/** What stands in the metadata of a message, with every list that it may have left out. */
export function wholeAnswer(value: unknown): AskAnswer | null {
  if (typeof value !== 'object' || value === null) return null;
  const part = value as Partial<AskAnswer>;
  if (typeof part.query_id !== 'string') return null;
  const lists = Object.fromEntries(
    LISTS.map((name) => [name, Array.isArray(part[name]) ? part[name] : []]),
  );
  return {
    answer: '',
    intent: '',
    confidence: null,
    module: '',
    decided_by: '',
    language: 'en',
    plan: null,
    value: null,
    value_minor: null,
    unit: null,
    currency: null,
    chart: null,
    range: null,
    definition: null,
    fresh_until: null,
    sql: null,
    row_count: 0,
    clarification: null,
    declined: null,
    action_id: null,
    action: null,
    ...part,
    ...lists,
  } as AskAnswer;
}
