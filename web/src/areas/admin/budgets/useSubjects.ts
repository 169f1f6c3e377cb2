import { useMembers } from '@/areas/identity/workspaces';
import { useModels } from '@/areas/models/models';
import { providerName } from '@/areas/models/providerNames';
import { useProviders } from '@/areas/models/providers';
import type { BudgetScope } from '../types';

export interface Subject {
  id: string;
  name: string;
}

/** Whom or what a budget of a scope can be for; null where there is nothing to choose. */
export function useSubjects(scope: BudgetScope): Subject[] | null {
  const members = useMembers().data;
  const models = useModels().data;
  const providers = useProviders().data;
  switch (scope) {
    case 'instance':
    case 'workspace':
      return null;
    case 'user':
      return (members ?? []).map((m) => ({ id: m.user_id, name: m.full_name }));
    case 'model':
      return (models ?? []).map((m) => ({ id: m.id, name: m.id }));
    // A workspace has one key of a provider, and it is named by it.
    case 'key':
      return (providers ?? [])
        .filter((provider) => provider.keys.some((key) => key.scope === 'workspace'))
        .map((provider) => ({ id: provider.name, name: providerName(provider.name) }));
  }
}
