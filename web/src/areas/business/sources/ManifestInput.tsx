import { Field } from '@/components/Field';
import { useBusinessText } from '../text';
import type { ManifestField } from '../types';
import { patternOf } from './fields';

interface Props {
  field: ManifestField;
  value: string;
  error: string | undefined;
  /** What is stored of a secret, masked; it stays when nothing is written. */
  stored?: string;
  onChange: (value: string) => void;
}

/** One field of a form that a manifest describes. */
export function ManifestInput({ field, value, error, stored, onChange }: Props) {
  const b = useBusinessText();
  const { kind, label, help, placeholder, required } = field;
  if (kind === 'bool') {
    return (
      <div className="field">
        <label className="bcheck">
          <input
            type="checkbox"
            checked={value === 'true'}
            onChange={(e) => onChange(e.target.checked ? 'true' : 'false')}
          />
          {label}
        </label>
        {help && <p className="field-hint">{help}</p>}
      </div>
    );
  }
  return (
    <Field label={required ? label : b.connect.optional(label)} hint={help} error={error}>
      {(props) =>
        kind === 'choice' ? (
          <select
            {...props}
            className="input"
            required={required}
            value={value}
            onChange={(e) => onChange(e.target.value)}
          >
            {!value && <option value="">{b.connect.choose}</option>}
            {(field.options ?? []).map((o) => (
              <option key={o.value} value={o.value}>
                {o.label}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...props}
            className="input"
            type={kind === 'secret' ? 'password' : kind === 'date' ? 'date' : 'text'}
            autoComplete={kind === 'secret' ? 'new-password' : 'off'}
            spellCheck={false}
            required={required && !stored}
            pattern={patternOf(field)}
            placeholder={stored ?? placeholder ?? undefined}
            title={placeholder ? b.connect.like(placeholder) : undefined}
            value={value}
            onChange={(e) => onChange(e.target.value)}
          />
        )
      }
    </Field>
  );
}
