import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageSection } from '@/app/PageSection';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { Segments } from '@/components/Segments';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import type { MonitorView, Split } from './address';
import { RANGES, SPLITS } from './address';
import { ChartCard } from './ChartCard';
import { Figures } from './Figures';
import { Health } from './Health';
import { Inside } from './Inside';
import { useMonitor } from './monitor';
import './monitor.css';
import { CHARTS } from './series';

/** How the house is doing: now, and over time. */
export function MonitoringPage() {
  const a = useAdminText();
  return (
    <AdminFrame page="monitoring" lead={a.monitor.lead}>
      <Now />
      <OverTime />
    </AdminFrame>
  );
}

function Now() {
  const a = useAdminText();
  const monitor = useMonitor();
  const everywhere = may(useMe(), 'instance.administer');
  if (monitor.error && !monitor.data) {
    return <LoadError error={monitor.error} onRetry={() => void monitor.refetch()} />;
  }
  if (!monitor.data) {
    return (
      <div className="amonitor-wait">
        <Bones lines={6} height={56} />
      </div>
    );
  }
  return (
    <>
      <Figures figures={monitor.data.figures} />
      <PageSection title={a.monitor.health}>
        <Health health={monitor.data.health} />
      </PageSection>
      {everywhere && <Inside monitor={monitor.data} />}
    </>
  );
}

function OverTime() {
  const a = useAdminText();
  const m = a.monitor;
  const me = useMe();
  const navigate = useNavigate();
  const { range = '24h', by } = useSearch({ from: '/inside/admin/monitoring' });
  const set = (part: MonitorView) =>
    void navigate({ to: '/admin/monitoring', search: { range, by, ...part }, replace: true });
  const everywhere = may(me, 'instance.administer');
  // By route and by workspace it is counted for the installation only.
  const splits = SPLITS.filter((s) => everywhere || (s !== 'workspace' && s !== 'route'));
  return (
    <PageSection title={m.overTime}>
      <div className="amonitor-bar">
        <Segments
          label={m.range}
          value={range}
          options={RANGES.map((value) => ({ value, label: m.ranges[value] }))}
          onChange={(next) => set({ range: next })}
        />
        <label className="amonitor-split">
          <span>{m.split}</span>
          <select
            className="input"
            value={by ?? ''}
            onChange={(e) => set({ by: (e.target.value || undefined) as Split | undefined })}
          >
            <option value="">{m.unsplit}</option>
            {splits.map((split) => (
              <option key={split} value={split}>
                {m.splits[split]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="acharts">
        {CHARTS.map((spec) => (
          <ChartCard key={spec.id} spec={spec} range={range} split={by} />
        ))}
      </div>
    </PageSection>
  );
}
