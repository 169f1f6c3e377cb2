import { useAdminText } from '../text';
import type { Budget } from '../types';
import { useTitle } from './useTitle';

/** What a budget is about, where that is settled. */
export function AboutBudget({ budget }: { budget: Budget }) {
  const b = useAdminText().budgets;
  const title = useTitle(budget);
  return (
    <p>
      {b.scopes[budget.scope]}
      {title !== b.scopes[budget.scope] && `: ${title}`}, {b.periods[budget.period]}
    </p>
  );
}
