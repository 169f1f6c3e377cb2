import { IconButton } from '@/components/IconButton';
import { useBusinessText } from '../text';
import type { Step } from '../types';
import { MailStep } from './MailStep';
import { MetricStep } from './MetricStep';
import { PostStep } from './PostStep';
import { SyncStep } from './SyncStep';
import { TaskStep } from './TaskStep';

interface Props {
  step: Step;
  number: number;
  first: boolean;
  last: boolean;
  onChange: (step: Step) => void;
  onMove: (by: -1 | 1) => void;
  onDrop: () => void;
}

/** What the form of one kind of step takes. */
export interface StepInput {
  input: Step['in'];
  onInput: (change: Step['in']) => void;
}

const FORMS = {
  'metric.query': MetricStep,
  'email.send': MailStep,
  'email.draft': MailStep,
  'task.create': TaskStep,
  'connector.sync': SyncStep,
  'message.post': PostStep,
};

/** One step, with the form of what it does. */
export function StepForm({ step, number, first, last, onChange, onMove, onDrop }: Props) {
  const b = useBusinessText();
  const Form = FORMS[step.op];
  const name = b.flows.ops[step.op];
  return (
    <li className="bstep">
      <header>
        <span className="bstep-number">{number}</span>
        <h3>{name}</h3>
        <IconButton
          small
          icon="arrowUp"
          label={b.flows.up(name)}
          disabled={first}
          onClick={() => onMove(-1)}
        />
        <IconButton
          small
          icon="arrowDown"
          label={b.flows.down(name)}
          disabled={last}
          onClick={() => onMove(1)}
        />
        <IconButton small icon="trash" label={b.flows.dropStep(name)} onClick={onDrop} />
      </header>
      <Form
        input={step.in}
        onInput={(change) => onChange({ ...step, in: { ...step.in, ...change } })}
      />
    </li>
  );
}
