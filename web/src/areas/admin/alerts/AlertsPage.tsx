import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Segments } from '@/components/Segments';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import type { Alert } from '../types';
import { AlertCard } from './AlertCard';
import './alerts.css';
import { useAlerts } from './alerts';

/** What looks wrong, and what was done about it. */
export function AlertsPage() {
  const a = useAdminText();
  const [state, setState] = useState<Alert['state']>('open');
  return (
    <AdminFrame
      page="alerts"
      lead={a.alerts.lead}
      tools={
        <Link to="/admin/alerts/settings" className="btn btn-line">
          <Icon name="settings" size={17} />
          {a.alerts.settings}
        </Link>
      }
    >
      <div className="admin-filter">
        <Segments
          label={a.alerts.show}
          value={state}
          options={(['open', 'resolved'] as const).map((value) => ({
            value,
            label: a.alerts.states[value],
          }))}
          onChange={setState}
        />
      </div>
      <AlertList key={state} state={state} />
    </AdminFrame>
  );
}

function AlertList({ state }: { state: Alert['state'] }) {
  const a = useAdminText();
  const found = useAlerts(state);
  const list = found.data?.pages.flatMap((page) => page.data) ?? [];
  if (found.isPending) return <Bones lines={4} height={72} />;
  if (found.error && !found.data) {
    return <LoadError error={found.error} onRetry={() => void found.refetch()} />;
  }
  if (list.length === 0) {
    return (
      <div className="empty">
        <Icon name={state === 'open' ? 'check' : 'clock'} size={30} />
        <h2>{a.alerts.none[state]}</h2>
        <p>{a.alerts.noneHint[state]}</p>
      </div>
    );
  }
  return (
    <>
      <ul className="aalerts">
        {list.map((alert) => (
          <li key={alert.id}>
            <AlertCard alert={alert} />
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {a.more}
        </Button>
      )}
    </>
  );
}
