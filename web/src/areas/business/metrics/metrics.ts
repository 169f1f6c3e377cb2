import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { live } from '@/live/live';
import { businessKeys } from '../keys';
import type {
  BusinessSettings,
  Dimension,
  Metric,
  MetricAnswer,
  MetricCatalogue,
  MetricQuery,
} from '../types';

const FIRST_DATA_MS = 2_000;

export function useCatalogue(wanted = true) {
  return useQuery({
    queryKey: businessKeys.metrics,
    queryFn: ({ signal }) => api.get<MetricCatalogue>('/metrics', {}, signal),
    enabled: wanted,
    staleTime: 60_000,
    // Where changes do not come by themselves, the first data is waited for.
    refetchInterval: (query) =>
      live.state() !== 'live' && query.state.data?.has_data === false ? FIRST_DATA_MS : false,
  });
}

/** A number, kept on screen while the next one is computed. */
export function useMetric(query: MetricQuery | null) {
  return useQuery({
    queryKey: businessKeys.metric(query ?? {}),
    queryFn: ({ signal }) => api.post<MetricAnswer>('/metrics/query', query, { signal }),
    enabled: query !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

export function useValues(metric: string, dimension: string, q: string) {
  return useQuery({
    queryKey: businessKeys.values(metric, dimension, q),
    queryFn: ({ signal }) =>
      api.get<string[]>(`/metrics/${metric}/values`, { dimension, q }, signal),
    enabled: dimension !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useBusinessSettings(wanted = true) {
  return useQuery({
    queryKey: businessKeys.settings,
    queryFn: ({ signal }) => api.get<BusinessSettings>('/business/settings', {}, signal),
    enabled: wanted,
    staleTime: 5 * 60_000,
  });
}

export function useSaveBusinessSettings() {
  return useMutation({
    mutationFn: (change: Partial<BusinessSettings>) =>
      api.patch<BusinessSettings>('/business/settings', change),
    onSuccess: (settings) => {
      queryClient.setQueryData(businessKeys.settings, settings);
      void queryClient.invalidateQueries({ queryKey: businessKeys.metrics });
    },
  });
}

export function useStartDemo() {
  return useMutation({
    mutationFn: () => api.post<{ connector_id: string }>('/business/demo'),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: businessKeys.connectors });
      void queryClient.invalidateQueries({ queryKey: businessKeys.metrics });
    },
  });
}

export interface OwnMetricInput {
  id: string;
  label: string;
  expression: string;
  unit: Metric['unit'];
  definition: string;
}

// Not waited for: what was changed may leave the page by it, and what follows is to be done before.
const readAgain = () => void queryClient.invalidateQueries({ queryKey: businessKeys.metrics });

export function useAddMetric() {
  return useMutation({
    mutationFn: (input: OwnMetricInput) => api.post('/metrics', input),
    onSuccess: readAgain,
  });
}

export function useDropMetric() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/metrics/${id}`),
    onSuccess: readAgain,
  });
}

/** The name in the reader's language, where there is one. */
export function labelIn(
  named: Pick<Metric | Dimension, 'id' | 'label' | 'labels'> | undefined,
  language: string,
): string {
  return named?.labels[language] ?? named?.label ?? named?.id ?? '';
}
