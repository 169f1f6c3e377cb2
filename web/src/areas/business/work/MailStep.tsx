import { useState } from 'react';
import { Field } from '@/components/Field';
import { useBusinessText } from '../text';
import { recipients, textOf } from './content';
import type { StepInput } from './StepForm';

/** A mail; the results of earlier steps may stand in it. */
export function MailStep({ input, onInput }: StepInput) {
  const b = useBusinessText();
  const [to, setTo] = useState(recipients(input.to).join(', '));
  return (
    <>
      <Field label={b.actions.to} hint={b.actions.toHint}>
        {(props) => (
          <input
            {...props}
            className="input"
            value={to}
            onChange={(e) => {
              setTo(e.target.value);
              onInput({ to: recipients(e.target.value) });
            }}
          />
        )}
      </Field>
      <Field label={b.actions.subject}>
        {(props) => (
          <input
            {...props}
            className="input"
            maxLength={200}
            value={textOf(input, 'subject')}
            onChange={(e) => onInput({ subject: e.target.value })}
          />
        )}
      </Field>
      <Field label={b.actions.body} hint={b.flows.placeholders}>
        {(props) => (
          <textarea
            {...props}
            className="input"
            value={textOf(input, 'body')}
            onChange={(e) => onInput({ body: e.target.value })}
          />
        )}
      </Field>
    </>
  );
}
