import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import { api } from '@/api/client';
import type { AuditRow } from '@/api/contract';
import { keys } from '@/api/keys';
import { canManage, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { dateTime } from '@/text/numbers';

/** Who did what. */
export function AuditPage() {
  const t = useText();
  const me = useMe();
  return (
    <PageFrame title={t.audit.title} lead={t.audit.lead} wide>
      {canManage(me) ? <Trail /> : <Notice icon="lock">{t.audit.forbidden}</Notice>}
    </PageFrame>
  );
}

function Trail() {
  const t = useText();
  const [action, setAction] = useState('');
  const query = { action: action.trim() };
  const trail = useInfiniteQuery({
    queryKey: keys.audit(query),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<AuditRow>('/admin/audit', { ...query, cursor: pageParam, limit: 50 }, signal),
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });
  const rows = trail.data?.pages.flatMap((p) => p.data) ?? [];
  return (
    <div className="stack">
      <div className="form-row" style={{ maxWidth: '22rem' }}>
        <Field label={t.audit.filter}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="search"
              placeholder={t.audit.filterExample}
              value={action}
              onChange={(e) => setAction(e.target.value)}
            />
          )}
        </Field>
      </div>
      {trail.isPending && <Bones lines={8} height={24} />}
      {trail.error && <LoadError error={trail.error} onRetry={() => void trail.refetch()} />}
      {trail.isSuccess && rows.length === 0 && <p className="quiet">{t.audit.empty}</p>}
      {rows.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t.audit.title}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.audit.action}</th>
                <th scope="col">{t.audit.actor}</th>
                <th scope="col">{t.audit.target}</th>
                <th scope="col">{t.audit.address}</th>
                <th scope="col">{t.audit.when}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">{row.action}</th>
                  <td>{row.actor_name ?? t.audit.system}</td>
                  <td>{row.target || '–'}</td>
                  <td>{row.address || '–'}</td>
                  <td>{dateTime(row.at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {trail.hasNextPage && (
        <div>
          <Button busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
            {t.audit.more}
          </Button>
        </div>
      )}
    </div>
  );
}
