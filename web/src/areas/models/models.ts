import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Model } from '@/api/contract';
import { keys } from '@/api/keys';

export function useModels() {
  return useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.get<Model[]>('/models', {}, signal),
    staleTime: 60_000,
  });
}

export const AUTO = 'auto';
export const AUTO_KINDS = ['auto', 'auto:cost', 'auto:speed', 'auto:capability'] as const;
export type AutoKind = (typeof AUTO_KINDS)[number];

export function isAuto(id: string): id is AutoKind {
  return (AUTO_KINDS as readonly string[]).includes(id);
}

/** The part after the provider: what people call a model. */
export function shortName(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(slash + 1);
}

export interface ProviderGroup {
  provider: string;
  models: Model[];
  /** At least one can be used now. */
  usable: boolean;
}

/** Models that fit the words typed, by provider, usable ones first; the order within stays. */
export function groupModels(models: Model[], query: string): ProviderGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Model[]>();
  for (const model of models) {
    const text = `${model.id} ${model.name}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const list = groups.get(model.provider);
    if (list) list.push(model);
    else groups.set(model.provider, [model]);
  }
  return [...groups]
    .map(([provider, list]) => ({
      provider,
      models: list.toSorted((a, b) => Number(b.available) - Number(a.available)),
      usable: list.some((m) => m.available),
    }))
    .toSorted((a, b) => Number(b.usable) - Number(a.usable));
}
