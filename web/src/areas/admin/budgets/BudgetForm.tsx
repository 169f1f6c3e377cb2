import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { may, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { digits, minorOf } from '../measure';
import { useAdminText } from '../text';
import type { Budget, BudgetPeriod, BudgetScope } from '../types';
import { CURRENCY, useSaveBudget } from './budgets';
import { AboutBudget } from './AboutBudget';
import { useSubjects } from './useSubjects';

const SCOPES: BudgetScope[] = ['workspace', 'user', 'model', 'key', 'instance'];
const PERIODS: BudgetPeriod[] = ['day', 'week', 'month'];

/** A new budget, or another limit for one that is there. */
export function BudgetForm({ budget, onClose }: { budget: Budget | null; onClose: () => void }) {
  const t = useText();
  const b = useAdminText().budgets;
  const me = useMe();
  const save = useSaveBudget(budget?.id ?? null);
  const currency = budget?.currency ?? CURRENCY;
  const [scope, setScope] = useState<BudgetScope>(budget?.scope ?? 'workspace');
  const [chosen, setChosen] = useState<string | null>(budget?.subject_id ?? null);
  const [period, setPeriod] = useState<BudgetPeriod>(budget?.period ?? 'month');
  const [hard, setHard] = useState(budget?.hard ?? true);
  const [limit, setLimit] = useState(
    budget ? String(budget.limit_minor / 10 ** digits(currency)) : '',
  );
  const subjects = useSubjects(scope);
  const subject = subjects === null ? null : (chosen ?? subjects[0]?.id ?? null);
  const minor = minorOf(limit, currency);
  const failure = isFailure(save.error) ? save.error : null;
  const scopes = SCOPES.filter((s) => s !== 'instance' || may(me, 'instance.administer'));
  const ready = minor !== null && (subjects === null || subject !== null);
  return (
    <Dialog open title={budget ? b.change : b.add} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (minor === null) return;
          save.mutate(
            { scope, subject_id: subject, period, limit_minor: minor, currency, hard },
            {
              onSuccess: () => {
                toast(t.common.saved);
                onClose();
              },
            },
          );
        }}
      >
        {budget ? (
          <AboutBudget budget={budget} />
        ) : (
          <div className="form-row">
            <Field label={b.for} error={failure?.field('scope')}>
              {(props) => (
                <select
                  {...props}
                  className="input"
                  value={scope}
                  onChange={(e) => {
                    setScope(e.target.value as BudgetScope);
                    setChosen(null);
                  }}
                >
                  {scopes.map((one) => (
                    <option key={one} value={one}>
                      {b.scopes[one]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            {subjects !== null && (
              <Field label={b.which} error={failure?.field('subject_id')}>
                {(props) => (
                  <select
                    {...props}
                    className="input"
                    disabled={subjects.length === 0}
                    value={subject ?? ''}
                    onChange={(e) => setChosen(e.target.value)}
                  >
                    {subjects.length === 0 && <option value="">{b.noSubjects}</option>}
                    {subjects.map((one) => (
                      <option key={one.id} value={one.id}>
                        {one.name}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            )}
          </div>
        )}
        <div className="form-row">
          <Field label={b.limit(currency)} error={failure?.field('limit_minor')}>
            {(props) => (
              <input
                {...props}
                className="input"
                inputMode="decimal"
                required
                autoComplete="off"
                placeholder="50"
                aria-invalid={props['aria-invalid'] ?? (limit !== '' && minor === null)}
                value={limit}
                onChange={(e) => setLimit(e.target.value)}
              />
            )}
          </Field>
          {budget === null && (
            <Field label={b.period}>
              {(props) => (
                <select
                  {...props}
                  className="input"
                  value={period}
                  onChange={(e) => setPeriod(e.target.value as BudgetPeriod)}
                >
                  {PERIODS.map((one) => (
                    <option key={one} value={one}>
                      {b.periods[one]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <div className="field">
          <span className="field-label">{b.atLimit}</span>
          <div>
            <Segments
              label={b.atLimit}
              value={hard ? 'hard' : 'soft'}
              options={(['hard', 'soft'] as const).map((value) => ({
                value,
                label: b.limits[value],
              }))}
              onChange={(value) => setHard(value === 'hard')}
            />
          </div>
          <p className="field-hint">{b.limitHints[hard ? 'hard' : 'soft']}</p>
        </div>
        {save.error && <Notice look="danger">{describe(save.error, t)}</Notice>}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="main" disabled={!ready} busy={save.isPending}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
