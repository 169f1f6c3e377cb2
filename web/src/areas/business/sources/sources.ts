import { useMutation, useQuery } from '@tanstack/react-query';
import { api, open } from '@/api/client';
import { queryClient } from '@/api/queryClient';
import { live } from '@/live/live';
import { businessKeys } from '../keys';
import type { Connector, ConnectorType, DeadLetter, Run, Sample, SourceRole } from '../types';

const ASK_MS = 1_500;

export function isRunning(run: Run | null | undefined): boolean {
  return run?.status === 'queued' || run?.status === 'running';
}

/** Where changes do not come by themselves, a sync that runs is looked at again. */
function askAgain(runs: (Run | null | undefined)[]): number | false {
  return live.state() !== 'live' && runs.some(isRunning) ? ASK_MS : false;
}

export function useConnectorTypes() {
  return useQuery({
    queryKey: businessKeys.types,
    queryFn: ({ signal }) => api.get<ConnectorType[]>('/connector-types', {}, signal),
    staleTime: 10 * 60_000,
  });
}

export function useConnectors(wanted = true) {
  return useQuery({
    queryKey: businessKeys.connectors,
    queryFn: ({ signal }) => api.get<Connector[]>('/connectors', {}, signal),
    enabled: wanted,
    refetchInterval: (query) => askAgain(query.state.data?.map((c) => c.run) ?? []),
  });
}

export function useConnector(id: string) {
  return useQuery<Connector>({
    queryKey: businessKeys.connector(id),
    queryFn: ({ signal }) => api.get<Connector>(`/connectors/${id}`, {}, signal),
    placeholderData: () =>
      queryClient.getQueryData<Connector[]>(businessKeys.connectors)?.find((c) => c.id === id),
    refetchInterval: (query) => askAgain([query.state.data?.run]),
  });
}

export function useRuns(id: string) {
  return useQuery({
    queryKey: businessKeys.runs(id),
    queryFn: ({ signal }) => api.get<Run[]>(`/connectors/${id}/runs`, {}, signal),
    refetchInterval: (query) => askAgain(query.state.data ?? []),
  });
}

export function useDeadLetters(id: string) {
  return useQuery({
    queryKey: businessKeys.deadLetters(id),
    queryFn: ({ signal }) => api.get<DeadLetter[]>(`/connectors/${id}/dead-letters`, {}, signal),
  });
}

/** Everything of sources is asked for again: a change to one shows in the list, the page and its runs. */
export function readSourcesAgain(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: businessKeys.connectors });
}

function keep(connector: Connector): void {
  queryClient.setQueryData(businessKeys.connector(connector.id), connector);
  void readSourcesAgain();
}

export interface ConnectInput {
  type: string;
  name?: string;
  values: Record<string, string>;
  role?: SourceRole;
}

export function useConnect() {
  return useMutation({
    mutationFn: (input: ConnectInput) => api.post<Connector>('/connectors', input),
    onSuccess: keep,
  });
}

export interface ConnectorPatch {
  name?: string;
  values?: Record<string, string>;
  paused?: boolean;
  role?: SourceRole;
}

export function useChangeConnector(id: string) {
  return useMutation({
    mutationFn: (patch: ConnectorPatch) => api.patch<Connector>(`/connectors/${id}`, patch),
    onSuccess: keep,
  });
}

export function useDeleteConnector() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/connectors/${id}`),
    onSuccess: async (_answer, id) => {
      queryClient.setQueryData<Connector[]>(businessKeys.connectors, (list) =>
        list?.filter((c) => c.id !== id),
      );
      await queryClient.invalidateQueries({ queryKey: businessKeys.connectors, exact: true });
      void queryClient.invalidateQueries({ queryKey: businessKeys.metrics });
    },
  });
}

export function useSync(id: string) {
  return useMutation({
    mutationFn: (mode: 'incremental' | 'full') => api.post<Run>(`/connectors/${id}/sync`, { mode }),
    onSettled: readSourcesAgain,
  });
}

export function useCancelRun(id: string) {
  return useMutation({
    mutationFn: (runId: string) => api.post(`/connectors/${id}/runs/${runId}/cancel`),
    onSettled: readSourcesAgain,
  });
}

export function useReplay(id: string) {
  return useMutation({
    mutationFn: (letterId: string) => api.post(`/connectors/${id}/dead-letters/${letterId}/replay`),
    onSettled: readSourcesAgain,
  });
}

export function useDiscard(id: string) {
  return useMutation({
    mutationFn: (letterId: string) => api.delete(`/connectors/${id}/dead-letters/${letterId}`),
    onSettled: readSourcesAgain,
  });
}

export function useWebhookSecret(id: string) {
  return useMutation({
    mutationFn: (secret: string) => api.post(`/connectors/${id}/webhook-secrets`, { secret }),
    onSettled: readSourcesAgain,
  });
}

export function useDropWebhookSecret(id: string) {
  return useMutation({
    mutationFn: (n: number) => api.delete(`/connectors/${id}/webhook-secrets/${n}`),
    onSettled: readSourcesAgain,
  });
}

function typeOf(file: File): string {
  if (/\.(jsonl|ndjson)$/i.test(file.name)) return 'application/jsonl';
  return /\.(csv|tsv|txt)$/i.test(file.name) ? 'text/csv' : 'application/octet-stream';
}

/** A form, so that the layout may be as long as it is; the browser sends the file from the disk. */
async function send<T>(path: string, file: File, layout: object | null, preview: boolean) {
  const response = await open('POST', path, {
    query: preview ? { preview: true } : {},
    file: () => {
      const form = new FormData();
      if (layout) form.append('layout', JSON.stringify(layout));
      form.append('file', new File([file], file.name, { type: typeOf(file) }));
      return form;
    },
  });
  return ((await response.json()) as { data: T }).data;
}

/** Enough of a file to see what it is. */
const HEAD_BYTES = 256 * 1024;

/** The head of a file up to the last whole line. */
export async function headOf(file: File): Promise<File> {
  if (file.size <= HEAD_BYTES) return file;
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return new File([bytes.slice(0, end < 0 ? bytes.length : end + 1)], file.name);
}

export async function previewFile(id: string, file: File, layout: object | null): Promise<Sample> {
  return await send<Sample>(`/connectors/${id}/upload`, await headOf(file), layout, true);
}

export async function uploadFile(id: string, file: File, layout: object): Promise<Run> {
  const run = await send<Run>(`/connectors/${id}/upload`, file, layout, false);
  void readSourcesAgain();
  return run;
}
