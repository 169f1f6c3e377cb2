import { Sparkline } from '../chart/Sparkline';
import { byCurrency } from '../chart/byCurrency';
import { amountsOf } from '../formats';
import { Change } from '../frame/Change';
import { Values } from '../frame/Values';
import { useBusinessText } from '../text';
import type { Metric, MetricQuery } from '../types';
import { useMetric } from './metrics';

interface Props {
  metric: Metric;
  label: string;
  query: MetricQuery;
  today: string;
  chosen: boolean;
  onChoose: () => void;
}

/** One metric at a glance; pressed, it is the one shown below. */
export function MetricTile({ metric, label, query, today, chosen, onChoose }: Props) {
  const b = useBusinessText();
  const answer = useMetric(metric.connected ? query : null);
  const { data, error } = answer;
  const series = byCurrency((data?.series ?? []).filter((p) => p.start <= today))[0]?.list ?? [];
  return (
    <button type="button" className="btile" aria-pressed={chosen} onClick={onChoose}>
      <span className="btile-name">{label}</span>
      {!metric.connected && <span className="btile-off">{b.metrics.notConnected}</span>}
      {metric.connected && (
        <>
          <span className="btile-value tabular" aria-busy={answer.isPending}>
            {data ? (
              <Values amounts={amountsOf(data)} unit={data.unit} />
            ) : error ? (
              '–'
            ) : (
              <span className="bone" />
            )}
          </span>
          <span className="btile-change">
            {data && <Change change={data.previous?.change ?? null} good={metric.good} />}
            {error && !data && b.metrics.failed}
          </span>
          <Sparkline values={series.flatMap((p) => p.value ?? [])} />
        </>
      )}
    </button>
  );
}
