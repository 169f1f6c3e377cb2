import { Field } from '@/components/Field';
import { Segments } from '@/components/Segments';
import { useBusinessText } from '../text';
import type { Trigger } from '../types';
import { EveryForm } from './EveryForm';
import { EVENTS, newTrigger } from './steps';

/** When a workflow runs: by hand, by the clock, or when something happens. */
export function TriggerForm({
  trigger,
  onChange,
}: {
  trigger: Trigger;
  onChange: (trigger: Trigger) => void;
}) {
  const b = useBusinessText();
  const kinds = (['manual', 'schedule', 'event'] as const).map((value) => ({
    value,
    label: b.flows.triggers[value],
  }));
  return (
    <>
      <div>
        <Segments
          label={b.flows.when}
          value={trigger.kind}
          options={kinds}
          onChange={(kind) => onChange(newTrigger(kind))}
        />
      </div>
      {trigger.kind === 'schedule' && (
        <EveryForm spec={trigger.spec} onChange={(spec) => onChange({ ...trigger, spec })} />
      )}
      {trigger.kind === 'event' && (
        <Field label={b.flows.triggers.event}>
          {(props) => (
            <select
              {...props}
              className="input"
              value={trigger.event}
              onChange={(e) => onChange({ kind: 'event', event: e.target.value })}
            >
              {EVENTS.map((event) => (
                <option key={event} value={event}>
                  {b.flows.event(event)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </>
  );
}
