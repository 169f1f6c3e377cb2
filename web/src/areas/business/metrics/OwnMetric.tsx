import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Metric, Unit } from '../types';
import type { OwnMetricInput } from './metrics';
import { useAddMetric } from './metrics';
import { idOf } from './idOf';

const EMPTY: OwnMetricInput = { id: '', label: '', expression: '', unit: 'money', definition: '' };

interface Props {
  metrics: Metric[];
  onClose: () => void;
  onMade: (id: string) => void;
}

/** A metric of the workspace's own, made of those there are. */
export function OwnMetric({ metrics, onClose, onMade }: Props) {
  const t = useText();
  const b = useBusinessText();
  const add = useAddMetric();
  const [input, setInput] = useState(EMPTY);
  const set = (change: Partial<OwnMetricInput>) => setInput({ ...input, ...change });
  const failure = isFailure(add.error) ? add.error : null;
  const whole = { ...input, id: idOf(input.label) };
  return (
    <Dialog open title={b.own.title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(whole, {
            onSuccess: () => {
              toast(b.own.made(input.label));
              onMade(whole.id);
            },
          });
        }}
      >
        <Field label={b.own.name} error={failure?.field('label') ?? failure?.field('id')}>
          {(props) => (
            <input
              {...props}
              className="input"
              required
              maxLength={80}
              placeholder={b.own.nameExample}
              value={input.label}
              onChange={(e) => set({ label: e.target.value })}
            />
          )}
        </Field>
        <Field
          label={b.own.expression}
          hint={b.own.expressionHint}
          error={failure?.field('expression')}
        >
          {(props) => (
            <input
              {...props}
              className="input bmono"
              required
              spellCheck={false}
              autoComplete="off"
              placeholder="revenue / orders"
              value={input.expression}
              onChange={(e) => set({ expression: e.target.value })}
            />
          )}
        </Field>
        <div className="bnames" role="group" aria-label={b.own.names}>
          {metrics.slice(0, 12).map((m) => (
            <button
              key={m.id}
              type="button"
              className="bchip"
              onClick={() => set({ expression: `${input.expression} ${m.id}`.trim() })}
            >
              {m.id}
            </button>
          ))}
        </div>
        <Field label={b.own.unit}>
          {(props) => (
            <select
              {...props}
              className="input"
              value={input.unit}
              onChange={(e) => set({ unit: e.target.value as Unit })}
            >
              <option value="money">{b.own.units.money}</option>
              <option value="count">{b.own.units.count}</option>
              <option value="percent">{b.own.units.percent}</option>
            </select>
          )}
        </Field>
        <Field label={b.own.definition} hint={b.own.definitionHint}>
          {(props) => (
            <input
              {...props}
              className="input"
              maxLength={400}
              value={input.definition}
              onChange={(e) => set({ definition: e.target.value })}
            />
          )}
        </Field>
        {add.error && <Notice look="danger">{describe(add.error, t)}</Notice>}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="main" busy={add.isPending} disabled={whole.id === ''}>
            {b.own.make}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
