import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { Segments } from '@/components/Segments';
import { useLanguage } from '@/text';
import { amountsOf, rangeWords } from '../formats';
import { Change } from '../frame/Change';
import { Values } from '../frame/Values';
import { useBusinessText } from '../text';
import type { Metric, MetricCatalogue } from '../types';
import type { Days, View } from './address';
import { Drawing } from './Drawing';
import { Explain } from './Explain';
import { FilterAdd } from './FilterAdd';
import { FilterChips } from './FilterChips';
import { labelIn, useMetric } from './metrics';
import { OwnMetricMenu } from './OwnMetricMenu';
import { goesOn, grainsFor, monthOf } from './periods';
import { RowsTable } from './RowsTable';
import { SeriesTable } from './SeriesTable';
import { fitting, groupQuery, seriesQuery, viewGrain, withFilter } from './view';

interface Props {
  metric: Metric;
  catalogue: MetricCatalogue;
  view: View;
  days: Days;
  today: string;
  onView: (change: Partial<View>) => void;
}

/** One metric, looked at closely. */
export function MetricDetail({ metric, catalogue, view, days, today, onView }: Props) {
  const b = useBusinessText();
  const language = useLanguage();
  const [table, setTable] = useState(false);
  const name = labelIn(metric, language);
  const fits = metric.dimensions;
  const grain = viewGrain(view, days);
  const grouped = groupQuery(metric.id, view, days, fits);
  const series = useMetric(metric.connected ? seriesQuery(metric.id, view, days, fits) : null);
  const groups = useMetric(metric.connected ? grouped : null);
  const shown = grouped ? groups : series;
  const answer = series.data;
  const dimensions = catalogue.dimensions
    .filter((d) => fits.includes(d.id))
    .map((d) => ({ id: d.id, label: labelIn(d, language) }));
  const nameOf = (id: string) => dimensions.find((d) => d.id === id)?.label ?? id;
  const points = (answer?.series ?? []).filter((p) => p.start <= today);
  const filters = fitting(view.filters, fits) ?? [];
  const empty = answer !== undefined && answer.row_count === 0 && !answer.value;
  const newest = catalogue.fresh_until?.slice(0, 10) ?? null;
  const detail = grouped ? groups.data : answer;
  const queries = detail
    ? detail.queries.length > 0
      ? detail.queries
      : detail.sql
        ? [{ sql: detail.sql, binds: [] }]
        : []
    : [];

  return (
    <section className="bdetail" aria-labelledby="bdetail-name">
      <div className="bdetail-head">
        <div>
          <h2 id="bdetail-name">
            <span className="unseen">{name}</span>
            <select
              className="bmetric-select"
              aria-label={b.metrics.metric}
              value={metric.id}
              onChange={(e) => onView({ metric: e.target.value })}
            >
              {catalogue.metrics.map((m) => (
                <option key={m.id} value={m.id}>
                  {labelIn(m, language)}
                </option>
              ))}
            </select>
          </h2>
          <p className="bdetail-value tabular" data-stale={series.isPlaceholderData || undefined}>
            {answer ? (
              <Values amounts={amountsOf(answer)} unit={answer.unit} full />
            ) : (
              <span className="bone" />
            )}
          </p>
          <p className="bdetail-change">
            {answer?.previous && (
              <Change
                change={answer.previous.change}
                good={metric.good}
                than={b.metrics.than(rangeWords(answer.previous.from, answer.previous.to))}
              />
            )}
          </p>
        </div>
        {metric.own && (
          <OwnMetricMenu metric={metric} onGone={() => onView({ metric: undefined })} />
        )}
      </div>
      {!metric.connected && <Notice>{b.metrics.notConnectedLong(name)}</Notice>}
      <div className="bdetail-bar">
        <label className="bselect">
          {b.metrics.by}
          <select
            className="input"
            value={grouped ? (view.by ?? '') : ''}
            onChange={(e) => onView({ by: e.target.value || undefined })}
          >
            <option value="">{b.metrics.byTime}</option>
            {dimensions.map((d) => (
              <option key={d.id} value={d.id}>
                {d.label}
              </option>
            ))}
          </select>
        </label>
        {!grouped && (
          <label className="bselect">
            {b.metrics.grain}
            <select
              className="input"
              value={grain}
              onChange={(e) => onView({ grain: e.target.value as View['grain'] })}
            >
              {grainsFor(days).map((g) => (
                <option key={g} value={g}>
                  {b.grains[g]}
                </option>
              ))}
            </select>
          </label>
        )}
        <FilterAdd
          metric={metric.id}
          dimensions={dimensions}
          filters={filters}
          onFilter={(f) => onView({ filters: withFilter(view.filters, f) })}
        />
        <FilterChips
          filters={filters}
          name={nameOf}
          onRemove={(f) => onView({ filters: withFilter(view.filters, { ...f, values: [] }) })}
        />
        <span className="bdetail-look">
          <Segments
            label={b.chart.look}
            value={table ? 'table' : 'chart'}
            options={[
              { value: 'chart', label: b.chart.chart },
              { value: 'table', label: b.chart.tableName },
            ]}
            onChange={(look) => setTable(look === 'table')}
          />
        </span>
      </div>
      {shown.error && !shown.data && (
        <LoadError error={shown.error} onRetry={() => void shown.refetch()} />
      )}
      <div className="bdetail-room" aria-busy={shown.isFetching}>
        {shown.isPending && metric.connected && <Bones lines={6} height={26} />}
        {empty && (
          <Notice
            actions={
              newest &&
              newest < days.from && (
                <Button
                  small
                  onClick={() => onView({ period: 'own', ...monthOf(newest), grain: undefined })}
                >
                  {b.metrics.toNewest}
                </Button>
              )
            }
          >
            {b.metrics.nothing(rangeWords(days.from, days.to))}
          </Notice>
        )}
        {!grouped && answer && !empty && !table && (
          <Drawing
            name={name}
            kind="line"
            series={points}
            rows={[]}
            unit={answer.unit}
            currency={answer.currency}
            grain={grain}
            unfinished={goesOn(points.at(-1)?.start, grain, today)}
          />
        )}
        {!grouped && answer && !empty && table && (
          <SeriesTable
            name={name}
            points={points}
            unit={answer.unit}
            grain={grain}
            good={metric.good}
          />
        )}
        {grouped && groups.data && !empty && !table && (
          <Drawing
            name={name}
            kind="bar"
            series={[]}
            rows={groups.data.rows}
            unit={groups.data.unit}
            currency={groups.data.currency}
            grain={null}
          />
        )}
        {grouped && groups.data && !empty && table && (
          <RowsTable
            name={name}
            by={nameOf(view.by ?? '')}
            rows={groups.data.rows}
            unit={groups.data.unit}
            good={metric.good}
          />
        )}
      </div>
      {detail && (
        <details className="bhow">
          <summary>{b.explain.title}</summary>
          <Explain
            definition={metric.definitions[language] ?? detail.definition ?? metric.definition}
            queries={queries}
            sources={detail.sources}
            freshUntil={detail.fresh_until}
            timeZone={detail.time_zone}
            notes={detail.notes}
          />
        </details>
      )}
    </section>
  );
}
