import { Field } from '@/components/Field';
import { useBusinessText } from '../text';
import type { Spec } from '../types';
import { newEvery, WEEKDAYS } from './steps';

/** How often, and at what time of day. */
export function EveryForm({ spec, onChange }: { spec: Spec; onChange: (spec: Spec) => void }) {
  const b = useBusinessText();
  const { every, zone } = spec;
  const set = (next: Spec['every']) => onChange({ zone, every: next });
  return (
    <div className="bstep-row">
      <Field label={b.flows.often}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={every.kind}
            onChange={(e) => set(newEvery(e.target.value as Spec['every']['kind'], every))}
          >
            {(['daily', 'weekly', 'monthly', 'every'] as const).map((kind) => (
              <option key={kind} value={kind}>
                {b.flows.kinds[kind]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {every.kind === 'weekly' && (
        <Field label={b.flows.day}>
          {(props) => (
            <select
              {...props}
              className="input"
              value={every.day}
              onChange={(e) => set({ ...every, day: e.target.value as (typeof WEEKDAYS)[number] })}
            >
              {WEEKDAYS.map((day) => (
                <option key={day} value={day}>
                  {b.flows.weekdays[day]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {every.kind === 'monthly' && (
        <Field label={b.flows.day}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="number"
              min={1}
              max={31}
              required
              value={every.day}
              onChange={(e) => set({ ...every, day: Number(e.target.value) })}
            />
          )}
        </Field>
      )}
      {every.kind === 'every' ? (
        <Field label={b.flows.minutes}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="number"
              min={1}
              max={44_640}
              required
              value={every.minutes}
              onChange={(e) => set({ kind: 'every', minutes: Number(e.target.value) })}
            />
          )}
        </Field>
      ) : (
        <Field label={b.flows.at} hint={zone}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="time"
              required
              value={every.at}
              onChange={(e) => set({ ...every, at: e.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
