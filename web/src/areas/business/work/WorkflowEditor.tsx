import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Workflow } from '../types';
import { StepForm } from './StepForm';
import { lacking, moved, newStep, OPS } from './steps';
import { TriggerForm } from './TriggerForm';
import type { WorkflowInput } from './workflows';
import { useSaveWorkflow } from './workflows';

const NEW: WorkflowInput = {
  name: '',
  steps: [newStep('metric.query')],
  trigger: { kind: 'manual' },
  enabled: true,
};

/** The name, the steps and the time of a workflow. */
export function WorkflowEditor({ flow, locked }: { flow: Workflow | null; locked: boolean }) {
  const t = useText();
  const b = useBusinessText();
  const navigate = useNavigate();
  const save = useSaveWorkflow(flow?.id ?? null);
  const [input, setInput] = useState<WorkflowInput>(() =>
    flow
      ? { name: flow.name, steps: flow.steps, trigger: flow.trigger, enabled: flow.enabled }
      : NEW,
  );
  // Steps keep their place on the page while they are moved: each has a number of its own.
  const [ids, setIds] = useState(() => input.steps.map((_, i) => i));
  const set = (change: Partial<WorkflowInput>) => setInput({ ...input, ...change });
  const { steps } = input;
  const sends = steps.some((step) => step.op === 'email.send');
  const whole = steps.length > 0 && steps.every((step) => lacking(step).length === 0);

  return (
    <form
      className="bnarrow"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { ...input, name: input.name.trim() },
          {
            onSuccess: (saved) => {
              toast(b.flows.saved);
              if (!flow) {
                void navigate({
                  to: '/business/workflows/$workflowId',
                  params: { workflowId: saved.id },
                });
              }
            },
          },
        );
      }}
    >
      <fieldset disabled={locked}>
        <div className="bflow-name">
          <Field label={b.flows.name}>
            {(props) => (
              <input
                {...props}
                className="input"
                required
                maxLength={120}
                placeholder={b.flows.nameExample}
                value={input.name}
                onChange={(e) => set({ name: e.target.value })}
              />
            )}
          </Field>
        </div>
        <PageSection title={b.flows.steps} hint={b.flows.stepsHint}>
          <ol className="bsteps">
            {steps.map((step, i) => (
              <StepForm
                key={ids[i]}
                step={step}
                number={i + 1}
                first={i === 0}
                last={i === steps.length - 1}
                onChange={(next) => set({ steps: steps.map((s, n) => (n === i ? next : s)) })}
                onMove={(by) => {
                  set({ steps: moved(steps, i, by) });
                  const order = [...ids];
                  const other = i + by;
                  [order[i], order[other]] = [order[other] ?? 0, order[i] ?? 0];
                  setIds(order);
                }}
                onDrop={() => {
                  set({ steps: steps.filter((_, n) => n !== i) });
                  setIds(ids.filter((_, n) => n !== i));
                }}
              />
            ))}
          </ol>
          <div>
            <Menu
              label={b.flows.add}
              align="start"
              trigger={
                <Button small icon="plus">
                  {b.flows.add}
                </Button>
              }
            >
              {(close) =>
                OPS.map((op) => (
                  <MenuItem
                    key={op}
                    onSelect={() => {
                      close();
                      set({ steps: [...steps, newStep(op)] });
                      setIds([...ids, Math.max(-1, ...ids) + 1]);
                    }}
                  >
                    {b.flows.ops[op]}
                  </MenuItem>
                ))
              }
            </Menu>
          </div>
        </PageSection>
        <PageSection title={b.flows.when}>
          <TriggerForm trigger={input.trigger} onChange={(trigger) => set({ trigger })} />
          {input.trigger.kind !== 'manual' && (
            <label className="bcheck">
              <input
                type="checkbox"
                checked={input.enabled}
                onChange={(e) => set({ enabled: e.target.checked })}
              />
              {b.flows.enabled}
            </label>
          )}
        </PageSection>
        {sends && input.trigger.kind !== 'manual' && <Notice look="warn">{b.flows.sends}</Notice>}
        {save.error && <Notice look="danger">{describe(save.error, t)}</Notice>}
        <div className="form-end">
          <Button
            type="submit"
            look="main"
            busy={save.isPending}
            disabled={!whole || input.name.trim() === ''}
          >
            {flow ? t.common.save : b.flows.make}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
