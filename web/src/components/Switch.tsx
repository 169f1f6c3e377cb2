import './switch.css';

interface Props {
  on: boolean;
  label: string;
  /** What it belongs to, for those who cannot see where it stands. */
  of?: string;
  describedBy?: string;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

/** On or off. */
export function Switch({ on, label, of, describedBy, disabled, onChange }: Props) {
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={on}
      aria-describedby={describedBy}
      disabled={disabled}
      onClick={() => onChange(!on)}
    >
      <span className="switch-track" aria-hidden="true" />
      {label}
      {of && <span className="unseen">: {of}</span>}
    </button>
  );
}
