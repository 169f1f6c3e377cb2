/** How far back the charts look, and what they are split by: it stands in the address. */
export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

export const SPLITS = ['provider', 'model', 'route', 'workspace'] as const;
export type Split = (typeof SPLITS)[number];

export interface MonitorView {
  range?: Range;
  by?: Split;
}

export function readMonitor(search: Record<string, unknown>): MonitorView {
  return {
    range: RANGES.find((range) => range === search.range),
    by: SPLITS.find((split) => split === search.by),
  };
}
