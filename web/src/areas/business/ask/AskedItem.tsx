import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { AnswerCard } from './AnswerCard';
import type { Asked } from './asking';
import { ask, askAgain } from './asking';

/** A question and what came of it. */
export function AskedItem({ asked, latest }: { asked: Asked; latest: boolean }) {
  const { question, answer, error } = asked;
  return (
    <li>
      <p className="bquestion">{question}</p>
      <div aria-live={latest ? 'polite' : undefined} aria-busy={!answer && !error}>
        {answer ? (
          <AnswerCard answer={answer} onAsk={ask} />
        ) : error ? (
          <LoadError error={error} onRetry={() => askAgain(asked)} />
        ) : (
          <div className="banswer banswer-wait">
            <Bones lines={3} height={20} />
          </div>
        )}
      </div>
    </li>
  );
}
