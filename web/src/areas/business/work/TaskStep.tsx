import { Field } from '@/components/Field';
import { useBusinessText } from '../text';
import { textOf } from './content';
import type { StepInput } from './StepForm';

/** A task for people. */
export function TaskStep({ input, onInput }: StepInput) {
  const b = useBusinessText();
  return (
    <>
      <Field label={b.flows.taskTitle}>
        {(props) => (
          <input
            {...props}
            className="input"
            maxLength={300}
            value={textOf(input, 'title')}
            onChange={(e) => onInput({ title: e.target.value })}
          />
        )}
      </Field>
      <Field label={b.flows.taskNotes} hint={b.flows.placeholders}>
        {(props) => (
          <input
            {...props}
            className="input"
            value={textOf(input, 'notes')}
            onChange={(e) => onInput({ notes: e.target.value || undefined })}
          />
        )}
      </Field>
    </>
  );
}
