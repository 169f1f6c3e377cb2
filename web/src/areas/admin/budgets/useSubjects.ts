import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { may, useMe } from '@/areas/identity/session';
import { useMembers } from '@/areas/identity/workspaces';
import { useModels } from '@/areas/models/models';
import { providerName } from '@/areas/models/providerNames';
import { useProviders } from '@/areas/models/providers';
import { adminKeys } from '../keys';
import type { BudgetScope, NamedKey, WorkspaceRow } from '../types';

export interface Subject {
  id: string;
  name: string;
}

/** Whom or what a budget of a scope can be for; null where it is for everything. */
export function useSubjects(scope: BudgetScope): Subject[] | null {
  const me = useMe();
  const everywhere = may(me, 'instance.administer');
  const workspaces = useQuery({
    queryKey: adminKeys.workspaces,
    queryFn: ({ signal }) => api.get<WorkspaceRow[]>('/admin/workspaces', { limit: 200 }, signal),
    enabled: everywhere && scope === 'workspace',
  }).data;
  const members = useMembers().data;
  const models = useModels().data;
  const providers = useProviders().data;
  switch (scope) {
    case 'instance':
      return null;
    case 'workspace':
      return workspaces && everywhere ? workspaces : [me.workspace];
    case 'user':
      return (members ?? []).map((m) => ({ id: m.user_id, name: m.full_name }));
    case 'model':
      return (models ?? []).map((m) => ({ id: m.id, name: m.name }));
    case 'key':
      return (providers ?? []).flatMap((provider) =>
        provider.keys.flatMap((key: NamedKey) =>
          key.id && key.scope === 'workspace'
            ? [{ id: key.id, name: `${providerName(provider.name)} · ${key.masked}` }]
            : [],
        ),
      );
  }
}
