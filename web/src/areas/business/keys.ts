/** The keys of the query cache that hold business data; the live connection names their first words. */
export const businessKeys = {
  types: ['connector-types'] as const,
  connectors: ['connectors'] as const,
  connector: (id: string) => ['connectors', id] as const,
  runs: (id: string) => ['connectors', id, 'runs'] as const,
  deadLetters: (id: string) => ['connectors', id, 'dead-letters'] as const,
  settings: ['business-settings'] as const,
  metrics: ['metrics'] as const,
  metric: (query: object) => ['metrics', 'query', query] as const,
  values: (metric: string, dimension: string, q: string) =>
    ['metrics', 'values', metric, dimension, q] as const,
  query: (id: string) => ['metrics', 'asked', id] as const,
  actions: ['actions'] as const,
  actionList: (state: string) => ['actions', state] as const,
  action: (id: string) => ['actions', 'one', id] as const,
  tasks: ['tasks'] as const,
  workflows: ['workflows'] as const,
  workflowRuns: (id: string) => ['workflows', id, 'runs'] as const,
  mail: ['mail'] as const,
};
