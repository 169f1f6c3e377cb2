import { Button } from '@/components/Button';
import type { AskChoice } from '../types';

/** Other questions, each one press away. */
export function AnswerChoices({
  choices,
  onAsk,
  strong,
}: {
  choices: AskChoice[];
  onAsk?: (question: string) => void;
  strong?: boolean;
}) {
  return (
    <ul className="bchoices">
      {choices.map((choice) => (
        <li key={choice.question}>
          <Button
            small={!strong}
            title={choice.label === choice.question ? undefined : choice.question}
            disabled={!onAsk}
            onClick={() => onAsk?.(choice.question)}
          >
            {choice.label}
          </Button>
        </li>
      ))}
    </ul>
  );
}
