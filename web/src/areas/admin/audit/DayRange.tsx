import { Field } from '@/components/Field';
import { useAdminText } from '../text';

interface Props {
  from: string;
  to: string;
  onChange: (days: { from: string; to: string }) => void;
}

/** From one day to another, both included; either may be open. */
export function DayRange({ from, to, onChange }: Props) {
  const a = useAdminText();
  return (
    <>
      <Field label={a.from}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="date"
            max={to || undefined}
            value={from}
            onChange={(e) => onChange({ from: e.target.value, to })}
          />
        )}
      </Field>
      <Field label={a.to}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="date"
            min={from || undefined}
            value={to}
            onChange={(e) => onChange({ from, to: e.target.value })}
          />
        )}
      </Field>
    </>
  );
}
