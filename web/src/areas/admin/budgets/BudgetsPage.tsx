import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import type { Budget } from '../types';
import { BudgetForm } from './BudgetForm';
import { BudgetRow } from './BudgetRow';
import { byNeed, useBudgets } from './budgets';
import './budgets.css';

/** How much may be spent, by whom and on what. */
export function BudgetsPage() {
  const a = useAdminText();
  const [editing, setEditing] = useState<Budget | 'new' | null>(null);
  return (
    <AdminFrame
      page="budgets"
      lead={a.budgets.lead}
      tools={
        <Button look="main" icon="plus" onClick={() => setEditing('new')}>
          {a.budgets.add}
        </Button>
      }
    >
      <BudgetList onEdit={setEditing} />
      {editing !== null && (
        <BudgetForm budget={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </AdminFrame>
  );
}

function BudgetList({ onEdit }: { onEdit: (budget: Budget | 'new') => void }) {
  const a = useAdminText();
  const budgets = useBudgets();
  if (budgets.isPending) return <Bones lines={4} height={64} />;
  if (budgets.error && !budgets.data) {
    return <LoadError error={budgets.error} onRetry={() => void budgets.refetch()} />;
  }
  if (budgets.data.length === 0) {
    return (
      <div className="empty">
        <Icon name="wallet" size={30} />
        <h2>{a.budgets.none}</h2>
        <p className="abudget-empty">{a.budgets.noneHint}</p>
        <Button icon="plus" onClick={() => onEdit('new')}>
          {a.budgets.addFirst}
        </Button>
      </div>
    );
  }
  return (
    <ul className="abudgets">
      {byNeed(budgets.data).map((budget) => (
        <li key={budget.id}>
          <BudgetRow budget={budget} onEdit={() => onEdit(budget)} />
        </li>
      ))}
    </ul>
  );
}
