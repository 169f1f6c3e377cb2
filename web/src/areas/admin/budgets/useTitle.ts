import { useMe } from '@/areas/identity/session';
import { providerName } from '@/areas/models/providerNames';
import { useAdminText } from '../text';
import type { Budget } from '../types';

/** What people call the one that a budget is for. */
export function useTitle(budget: Pick<Budget, 'scope' | 'subject_name'>): string {
  const { budgets } = useAdminText();
  const { workspace } = useMe();
  switch (budget.scope) {
    case 'workspace':
      return workspace.name;
    case 'instance':
      return budgets.scopes.instance;
    case 'key':
      return providerName(budget.subject_name);
    default:
      return budget.subject_name;
  }
}
