import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { amount, measure } from '../measure';
import { useAdminText } from '../text';
import type { Budget } from '../types';
import { progressOf, useDeleteBudget } from './budgets';
import { useTitle } from './useTitle';

/** A budget: of whom, how much of it is gone, and when it begins anew. */
export function BudgetRow({ budget, onEdit }: { budget: Budget; onEdit: () => void }) {
  const t = useText();
  const a = useAdminText();
  const b = a.budgets;
  const remove = useDeleteBudget();
  const [deleting, setDeleting] = useState(false);
  const { share, spent, reserved, level } = progressOf(budget);
  const say = (minor: number) => amount(minor, budget.currency);
  const name = useTitle(budget);
  return (
    <article className="abudget" data-level={level}>
      <div className="abudget-head">
        <div className="abudget-name">
          <h2>{name}</h2>
          <p>
            {[
              budget.scope === 'instance' ? null : b.scopes[budget.scope],
              b.periods[budget.period],
              b.limits[budget.hard ? 'hard' : 'soft'],
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <IconButton small icon="pencil" label={`${b.change}: ${name}`} onClick={onEdit} />
        <IconButton
          small
          icon="trash"
          label={`${t.common.delete}: ${name}`}
          onClick={() => setDeleting(true)}
        />
      </div>
      <div
        className="abudget-bar"
        role="meter"
        aria-label={b.used(name)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(share * 100))}
        aria-valuetext={b.of(say(budget.spent_minor), say(budget.limit_minor))}
      >
        <span className="abudget-spent" style={{ width: `${spent * 100}%` }} />
        <span className="abudget-reserved" style={{ width: `${reserved * 100}%` }} />
      </div>
      <p className="abudget-words tabular">
        <strong>{b.of(say(budget.spent_minor), say(budget.limit_minor))}</strong>
        <span>{measure('ratio', Math.round(share * 100) / 100)}</span>
        {budget.reserved_minor > 0 && <span>{b.reserved(say(budget.reserved_minor))}</span>}
        {level === 'over' && (
          <span className="abudget-over">{budget.hard ? b.stopped : b.exceeded}</span>
        )}
        <span className="abudget-reset">{b.resets(dateTime(budget.resets_at))}</span>
      </p>
      <Dialog open={deleting} title={b.deleteTitle(name)} onClose={() => setDeleting(false)}>
        <p>{b.deleteText}</p>
        <div className="dialog-actions">
          <Button onClick={() => setDeleting(false)}>{t.common.cancel}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(budget.id, {
                onSuccess: () => setDeleting(false),
                onError: (error) => toast(describe(error, t)),
              })
            }
          >
            {t.common.delete}
          </Button>
        </div>
      </Dialog>
    </article>
  );
}
