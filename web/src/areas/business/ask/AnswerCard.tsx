import { useState } from 'react';
import '@/app/pages.css';
import { Notice } from '@/components/Notice';
import { useLanguage } from '@/text';
import { amountsOf, rangeWords } from '../formats';
import { Change } from '../frame/Change';
import '../frame/business.css';
import { Fresh } from '../frame/Fresh';
import { Values } from '../frame/Values';
import { Drawing } from '../metrics/Drawing';
import '../metrics/metrics.css';
import { labelIn, useBusinessSettings, useCatalogue, useMetric } from '../metrics/metrics';
import { goesOn, todayIn } from '../metrics/periods';
import { useBusinessText } from '../text';
import type { AskAnswer } from '../types';
import { ActionCard } from '../work/ActionCard';
import { AnswerChips } from './AnswerChips';
import { AnswerChoices } from './AnswerChoices';
import { AnswerHits } from './AnswerHits';
import './ask.css';
import type { AskFrame } from './frameOf';
import { frameOf, queryOf } from './frameOf';
import { HowCome } from './HowCome';

interface Props {
  answer: AskAnswer;
  /** Asks something else from here: an alternative, or what was asked back. */
  onAsk?: (question: string) => void;
  /** The words stand elsewhere already, as in a conversation. */
  wordless?: boolean;
}

/** An answer: its words, its number, its picture, what it was limited to, and how it came about. */
export function AnswerCard({ answer, onAsk, wordless }: Props) {
  const b = useBusinessText();
  const language = useLanguage();
  const [tuned, setTuned] = useState<AskFrame | null>(null);
  const frame = tuned ?? frameOf(answer);
  const catalogue = useCatalogue(frame !== null).data;
  const again = useMetric(tuned ? queryOf(tuned) : null);
  const metric = catalogue?.metrics.find((m) => m.id === frame?.metric);
  const name = metric ? labelIn(metric, language) : (frame?.metric ?? b.ask.answer);
  const numbers = tuned ? again.data : answer;
  const unit = numbers?.unit ?? answer.unit;
  const amounts = numbers ? amountsOf(numbers) : [];
  const previous = numbers?.previous ?? null;
  const kind = answer.chart?.kind ?? ((numbers?.series.length ?? 0) > 1 ? 'line' : 'bar');
  const drawn = numbers && (kind === 'line' ? numbers.series.length > 1 : numbers.rows.length > 0);
  const grain = tuned ? (again.data?.grain ?? null) : (frame?.grain ?? null);
  const today = todayIn(useBusinessSettings(frame !== null).data?.time_zone);
  // Beside groups the sum of them all would be taken for the answer.
  const big = amounts.length > 0 && !(kind === 'bar' && drawn);

  return (
    <article className="banswer">
      {tuned ? (
        <p className="banswer-words">
          {name}, {rangeWords(tuned.from, tuned.to)}
        </p>
      ) : (
        !wordless &&
        answer.answer &&
        !answer.declined && <p className="banswer-words">{answer.answer}</p>
      )}
      {answer.declined && (
        <Notice icon="info">{wordless ? answer.declined : answer.answer || answer.declined}</Notice>
      )}
      {answer.clarification && (
        <div className="banswer-ask">
          {answer.clarification.question !== answer.answer && (
            <p>{answer.clarification.question}</p>
          )}
          <AnswerChoices choices={answer.clarification.options} onAsk={onAsk} strong />
        </div>
      )}
      {again.error && tuned && !again.data && <Notice look="danger">{b.metrics.failed}</Notice>}
      {big && (
        <p
          className="banswer-value tabular"
          data-stale={again.isPlaceholderData || (tuned && again.isPending) || undefined}
        >
          <Values amounts={amounts} unit={unit} full />
          {previous && (
            <Change
              change={previous.change}
              good={metric?.good ?? 'up'}
              than={b.metrics.than(rangeWords(previous.from, previous.to))}
            />
          )}
        </p>
      )}
      {drawn && (
        <Drawing
          name={name}
          kind={kind}
          series={numbers.series}
          rows={numbers.rows}
          unit={unit}
          currency={numbers.currency}
          grain={grain}
          unfinished={goesOn(numbers.series.at(-1)?.start, grain, today)}
          height={200}
          most={10}
        />
      )}
      {answer.hits && answer.hits.length > 0 && <AnswerHits hits={answer.hits} />}
      {answer.action && <ActionCard action={answer.action} />}
      {(frame || answer.carried.length > 0) && (
        <AnswerChips
          answer={answer}
          frame={frame}
          tuned={tuned !== null}
          nameOf={(id) =>
            labelIn(
              catalogue?.dimensions.find((d) => d.id === id),
              language,
            ) || id
          }
          onTune={setTuned}
        />
      )}
      {answer.alternatives.length > 0 && (
        <div className="banswer-more">
          <span className="quiet">{b.ask.instead}</span>
          <AnswerChoices choices={answer.alternatives} onAsk={onAsk} />
        </div>
      )}
      {answer.suggestions.length > 0 && onAsk && (
        <div className="banswer-more">
          <span className="quiet">{b.ask.next}</span>
          <AnswerChoices
            choices={answer.suggestions.map((s) => ({ label: s, question: s }))}
            onAsk={onAsk}
          />
        </div>
      )}
      <footer className="banswer-foot">
        {answer.fresh_until && <Fresh until={answer.fresh_until} />}
        <HowCome answer={answer} />
      </footer>
    </article>
  );
}
