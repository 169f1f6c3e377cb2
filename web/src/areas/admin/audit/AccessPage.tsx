import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { AccessTable } from './AccessTable';
import { useAccess } from './audit';
import './audit.css';
import { DayRange } from './DayRange';

/** Who signed in from where and with what, and which tokens were used. */
export function AccessPage() {
  const a = useAdminText();
  return (
    <AdminFrame page="access" lead={a.access.lead}>
      <AccessLog />
    </AdminFrame>
  );
}

function AccessLog() {
  const a = useAdminText();
  const navigate = useNavigate();
  const { user } = useSearch({ from: '/inside/admin/access' });
  const [days, setDays] = useState({ from: '', to: '' });
  const found = useAccess({ user, ...days });
  const rows = found.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="stack">
      <div className="form-row afilters afilters-days">
        <DayRange {...days} onChange={setDays} />
        {user && (
          <Button
            icon="close"
            onClick={() => void navigate({ to: '/admin/access', search: {}, replace: true })}
          >
            {a.access.only(rows[0]?.name ?? a.access.onePerson)}
          </Button>
        )}
      </div>
      {found.isPending && <Bones lines={8} height={24} />}
      {found.error && <LoadError error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && rows.length === 0 && <p className="quiet">{a.access.empty}</p>}
      {rows.length > 0 && <AccessTable rows={rows} />}
      {found.hasNextPage && (
        <div>
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {a.more}
          </Button>
        </div>
      )}
    </div>
  );
}
