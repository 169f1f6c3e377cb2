import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { adminKeys } from '../keys';
import type { Monitor, Series } from '../types';
import type { Range, Split } from './address';
import type { ChartSpec, Drawn } from './series';
import { drawn, windowOf, WINDOWS } from './series';

const MONITOR_MS = 15_000;

/** How it goes right now; read again by itself for as long as it is looked at. */
export function useMonitor() {
  return useQuery({
    queryKey: adminKeys.monitor,
    queryFn: ({ signal }) => api.get<Monitor>('/admin/monitor', {}, signal),
    refetchInterval: MONITOR_MS,
  });
}

/** The lines of a chart. What they are split by is asked only where the series knows it. */
export function useDrawn(spec: ChartSpec, range: Range, split: Split | undefined) {
  const by = split && spec.splits.includes(split) ? split : undefined;
  return useQuery({
    queryKey: adminKeys.series({ name: spec.series, label: spec.label, range, by }),
    queryFn: async ({ signal }): Promise<Drawn> => {
      const asked = windowOf(range, Date.now());
      const query = {
        name: spec.series,
        from: new Date(asked.from).toISOString(),
        to: new Date(asked.to).toISOString(),
        step: asked.step,
        label: spec.label,
        by,
      };
      const list = await api.get<Series[]>('/admin/series', query, signal);
      return drawn(list, spec.draw, asked, by);
    },
    refetchInterval: WINDOWS[range].again,
    placeholderData: (before) => before,
  });
}
