import { useId } from 'react';
import { useText } from '@/text';

interface Props {
  on: boolean;
  /** What will happen, in words. */
  hint: string;
  onChange: (on: boolean) => void;
}

/** Whether the message goes to a model too, or to the people alone. */
export function AskSwitch({ on, hint, onChange }: Props) {
  const t = useText();
  const id = useId();
  return (
    <>
      <button
        type="button"
        className="ask-switch"
        role="switch"
        aria-checked={on}
        aria-describedby={id}
        title={hint}
        onClick={() => onChange(!on)}
      >
        <span className="ask-track" aria-hidden="true" />
        <span className="ask-words">{t.rooms.compose.ask}</span>
      </button>
      <span className="unseen" id={id}>
        {hint}
      </span>
    </>
  );
}
