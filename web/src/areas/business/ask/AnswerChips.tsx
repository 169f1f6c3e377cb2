import { Link } from '@tanstack/react-router';
import { Icon } from '@/components/Icon';
import { rangeWords } from '../formats';
import { FilterAdd } from '../metrics/FilterAdd';
import { FilterChips } from '../metrics/FilterChips';
import { PeriodPicker } from '../metrics/PeriodPicker';
import { daysOf, todayIn } from '../metrics/periods';
import { useBusinessSettings, useCatalogue } from '../metrics/metrics';
import { withFilter } from '../metrics/view';
import { useBusinessText } from '../text';
import type { AskAnswer } from '../types';
import type { AskFrame } from './frameOf';

interface Props {
  answer: AskAnswer;
  frame: AskFrame | null;
  tuned: boolean;
  nameOf: (dimension: string) => string;
  onTune: (frame: AskFrame | null) => void;
}

/** Of which days and of what the number is; each can be another, and what was carried over is marked. */
export function AnswerChips({ answer, frame, tuned, nameOf, onTune }: Props) {
  const b = useBusinessText();
  const settings = useBusinessSettings().data;
  const catalogue = useCatalogue(frame !== null).data;
  const today = todayIn(settings?.time_zone);
  const fiscal = settings?.fiscal_month ?? 1;
  const fits = catalogue?.metrics.find((m) => m.id === frame?.metric)?.dimensions ?? [];
  return (
    <div className="banswer-chips">
      {answer.carried.map((carried) => (
        <span key={carried} className="chip chip-accent" title={b.ask.carried}>
          <Icon name="reply" size={12} /> {carried}
        </span>
      ))}
      {frame && (
        <>
          <PeriodPicker
            period="own"
            days={{ from: frame.from, to: frame.to }}
            fiscal={fiscal !== 1}
            label={!tuned && answer.range ? answer.range.label : rangeWords(frame.from, frame.to)}
            onPick={(period, own) => {
              const days = daysOf(period, today, own, fiscal);
              onTune({ ...frame, ...days, grain: undefined });
            }}
          />
          <FilterChips
            filters={frame.filters}
            name={nameOf}
            onRemove={(f) =>
              onTune({
                ...frame,
                filters: withFilter(frame.filters, { ...f, values: [] }) ?? [],
              })
            }
          />
          {fits.length > 0 && (
            <FilterAdd
              metric={frame.metric}
              dimensions={fits.map((id) => ({ id, label: nameOf(id) }))}
              filters={frame.filters}
              onFilter={(f) => onTune({ ...frame, filters: withFilter(frame.filters, f) ?? [] })}
            />
          )}
          {tuned && (
            <button type="button" className="bchip" onClick={() => onTune(null)}>
              <Icon name="refresh" size={13} />
              {b.ask.asAsked}
            </button>
          )}
          <Link
            to="/business"
            search={{
              metric: frame.metric,
              period: 'own',
              from: frame.from,
              to: frame.to,
              by: frame.by,
              filters: frame.filters.length > 0 ? frame.filters : undefined,
            }}
            className="bchip bchip-link"
          >
            {b.ask.open}
            <Icon name="right" size={13} />
          </Link>
        </>
      )}
    </div>
  );
}
