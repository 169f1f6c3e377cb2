import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '@/api/client';
import { adminKeys } from '../keys';
import type { Monitor, Series } from '../types';
import type { Range, Split } from './address';
import type { ChartSpec, Window } from './series';
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

interface Asked {
  asked: Window;
  list: Series[];
}

/**
 * The lines of a chart; charts of the same series share one call. What they are split by is asked only where
 * the series knows it.
 */
export function useDrawn(spec: ChartSpec, range: Range, split: Split | undefined) {
  const { series: name, label, draw } = spec;
  const by = split && spec.splits.includes(split) ? split : undefined;
  const select = useCallback(({ asked, list }: Asked) => drawn(list, draw, asked, by), [draw, by]);
  return useQuery({
    queryKey: adminKeys.series({ name, label, range, by }),
    queryFn: async ({ signal }): Promise<Asked> => {
      const asked = windowOf(range, Date.now());
      const { step } = asked;
      const [from, to] = [asked.from, asked.to].map((time) => new Date(time).toISOString());
      const query = { name, label, from, to, step, by };
      return { asked, list: await api.get<Series[]>('/admin/series', query, signal) };
    },
    select,
    refetchInterval: WINDOWS[range].again,
    placeholderData: (before) => before,
  });
}
