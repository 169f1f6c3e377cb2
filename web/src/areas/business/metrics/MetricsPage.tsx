import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { useLanguage } from '@/text';
import { AskBox } from '../ask/AskBox';
import { BusinessFrame } from '../frame/BusinessFrame';
import { Fresh } from '../frame/Fresh';
import { useBusinessText } from '../text';
import type { Metric } from '../types';
import type { View } from './address';
import { MetricDetail } from './MetricDetail';
import { labelIn, useBusinessSettings, useCatalogue } from './metrics';
import { MetricTile } from './MetricTile';
import './metrics.css';
import { NoData } from './NoData';
import { OwnMetric } from './OwnMetric';
import { PeriodPicker } from './PeriodPicker';
import { todayIn } from './periods';
import { compareOf, seriesQuery, viewDays } from './view';

const FIRST = [
  'revenue',
  'orders',
  'aov',
  'units',
  'customers',
  'new_customers',
  'returns',
  'refund_rate',
];

/** The metrics in the order one looks for them. */
function inOrder(metrics: Metric[]): Metric[] {
  const place = (m: Metric) => {
    const at = FIRST.indexOf(m.id);
    return (m.connected ? 0 : 100) + (at < 0 ? FIRST.length : at);
  };
  return metrics.toSorted((a, b) => place(a) - place(b));
}

/** How the business does: tiles, and one of them closely. */
export function MetricsPage() {
  const b = useBusinessText();
  const language = useLanguage();
  const me = useMe();
  const navigate = useNavigate();
  const view = useSearch({ from: '/inside/business' });
  const catalogue = useCatalogue(may(me, 'business.read'));
  const settings = useBusinessSettings().data;
  const [all, setAll] = useState(false);
  const [making, setMaking] = useState(false);
  const today = todayIn(settings?.time_zone);
  const fiscal = settings?.fiscal_month ?? 1;
  const days = viewDays(view, today, fiscal);
  const metrics = inOrder(catalogue.data?.metrics ?? []);
  const chosen = metrics.find((m) => m.id === view.metric) ?? metrics[0];
  const tiles = all ? metrics : metrics.slice(0, FIRST.length);
  const onView = (change: Partial<View>) =>
    void navigate({
      to: '/business',
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });

  return (
    <BusinessFrame title={b.title}>
      <AskBox />
      {catalogue.isPending && may(me, 'business.read') && <Bones lines={8} height={40} />}
      {catalogue.error && !catalogue.data && (
        <LoadError error={catalogue.error} onRetry={() => void catalogue.refetch()} />
      )}
      {catalogue.data && !catalogue.data.has_data && <NoData />}
      {catalogue.data?.has_data && chosen && (
        <>
          <div className="bbar-top">
            <PeriodPicker
              period={view.period ?? 'last_30_days'}
              days={days}
              fiscal={fiscal !== 1}
              onPick={(period, own) =>
                onView({ period, from: own?.from, to: own?.to, grain: undefined })
              }
            />
            <label className="bselect">
              <span className="unseen">{b.metrics.compare}</span>
              <select
                className="input"
                value={compareOf(view) ?? 'none'}
                onChange={(e) => onView({ compare: e.target.value as View['compare'] })}
              >
                <option value="previous_period">{b.metrics.compares.previous_period}</option>
                <option value="previous_year">{b.metrics.compares.previous_year}</option>
                <option value="none">{b.metrics.compares.none}</option>
              </select>
            </label>
            <Fresh until={catalogue.data.fresh_until} />
          </div>
          <div className="btiles">
            {tiles.map((metric) => (
              <MetricTile
                key={metric.id}
                metric={metric}
                label={labelIn(metric, language)}
                query={seriesQuery(metric.id, view, days, metric.dimensions)}
                today={today}
                chosen={metric.id === chosen.id}
                onChoose={() => onView({ metric: metric.id })}
              />
            ))}
          </div>
          <div className="btiles-more">
            {metrics.length > FIRST.length && (
              <Button look="quiet" small aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? b.metrics.fewer : b.metrics.all(metrics.length)}
              </Button>
            )}
            {may(me, 'business.manage') && (
              <Button look="quiet" small icon="plus" onClick={() => setMaking(true)}>
                {b.own.title}
              </Button>
            )}
          </div>
          <MetricDetail
            metric={chosen}
            catalogue={catalogue.data}
            view={view}
            days={days}
            today={today}
            onView={onView}
          />
        </>
      )}
      {making && (
        <OwnMetric
          metrics={metrics}
          onClose={() => setMaking(false)}
          onMade={(id) => {
            setMaking(false);
            onView({ metric: id });
          }}
        />
      )}
    </BusinessFrame>
  );
}
