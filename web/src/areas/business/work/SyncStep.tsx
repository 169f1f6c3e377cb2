import { Field } from '@/components/Field';
import { useConnectors } from '../sources/sources';
import { useBusinessText } from '../text';
import { textOf } from './content';
import type { StepInput } from './StepForm';

/** Fetches what is new from a source. */
export function SyncStep({ input, onInput }: StepInput) {
  const b = useBusinessText();
  const connectors = useConnectors().data ?? [];
  return (
    <Field label={b.flows.source}>
      {(props) => (
        <select
          {...props}
          className="input"
          value={textOf(input, 'connector_id')}
          onChange={(e) => onInput({ connector_id: e.target.value })}
        >
          <option value="">{b.connect.choose}</option>
          {connectors.map((c) => (
            <option key={c.id} value={c.id}>
              {c.name || c.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
