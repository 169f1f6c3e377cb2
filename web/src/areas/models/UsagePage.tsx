import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import { api } from '@/api/client';
import type { UsageBy, UsageReport } from '@/api/contract';
import { keys } from '@/api/keys';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { Logo } from '@/components/Logo';
import { Segments } from '@/components/Segments';
import { useText } from '@/text';
import { UsageChart } from './UsageChart';
import { UsageTable } from './UsageTable';
import { UsageTotals } from './UsageTotals';
import type { Measure } from './usageMeasures';
import './usage.css';

type Range = '7' | '30' | '90';
const DAY = 86_400_000;

function useUsage(range: Range, by: UsageBy) {
  const query = useMemo(() => {
    const today = new Date();
    const to = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1);
    const from = new Date(to.getTime() - Number(range) * DAY);
    return { from: from.toISOString(), to: to.toISOString(), by };
  }, [range, by]);
  return useQuery({
    queryKey: keys.usage(query),
    queryFn: ({ signal }) => api.get<UsageReport>('/usage', query, signal),
    placeholderData: (before) => before,
  });
}

export function UsagePage() {
  const t = useText();
  const [range, setRange] = useState<Range>('30');
  const [by, setBy] = useState<Exclude<UsageBy, 'day'>>('model');
  const [measure, setMeasure] = useState<Measure | null>(null);
  const days = useUsage(range, 'day');
  const groups = useUsage(range, by);
  // Where nothing has a price, what can be shown are tokens.
  const shown = measure ?? (days.data?.totals.cost_micros === null ? 'tokens' : 'cost');
  const error = days.error ?? groups.error;
  const ranges = (['7', '30', '90'] as const).map((value) => ({
    value,
    label: t.usage.ranges[value],
  }));
  const measures = (['cost', 'tokens', 'calls'] as const).map((value) => ({
    value,
    label: t.usage.measures[value],
  }));
  const bys = (['model', 'provider', 'user'] as const).map((value) => ({
    value,
    label: t.usage.groups[value],
  }));

  return (
    <PageFrame title={t.usage.title} lead={t.usage.lead} wide>
      <div className="usage-bar">
        <Segments label={t.usage.range} value={range} options={ranges} onChange={setRange} />
        <Segments label={t.usage.measure} value={shown} options={measures} onChange={setMeasure} />
      </div>
      {error && (
        <LoadError
          error={error}
          onRetry={() => {
            void days.refetch();
            void groups.refetch();
          }}
        />
      )}
      {days.isPending && <Bones lines={6} height={32} />}
      {days.data && days.data.totals.calls === 0 && (
        <div className="empty">
          <Logo size={36} />
          <h2>{t.usage.empty}</h2>
          <p>{t.usage.emptyHint}</p>
        </div>
      )}
      {days.data && days.data.totals.calls > 0 && (
        <>
          <UsageTotals totals={days.data.totals} />
          <UsageChart report={days.data} measure={shown} />
          <div className="usage-by">
            <Segments label={t.usage.by} value={by} options={bys} onChange={setBy} />
          </div>
          {groups.data ? <UsageTable report={groups.data} /> : <Bones lines={4} />}
        </>
      )}
    </PageFrame>
  );
}
