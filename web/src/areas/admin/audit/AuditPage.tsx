import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { useSlowly } from '@/app/useSlowly';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import type { TrailFilter } from './audit';
import { useTrail } from './audit';
import { AuditFilter } from './AuditFilter';
import { AuditTable } from './AuditTable';
import { ExportMenu } from './ExportMenu';
import { VerifyChain } from './VerifyChain';
import './audit.css';

const ALL: TrailFilter = { q: '', action: '', from: '', to: '' };

/** Who did what; and the proof that nobody changed it since. */
export function AuditPage() {
  const a = useAdminText();
  const [filter, setFilter] = useState(ALL);
  return (
    <AdminFrame page="audit" lead={a.audit.lead} tools={<ExportMenu filter={filter} />}>
      <VerifyChain />
      <Trail filter={filter} onChange={setFilter} />
    </AdminFrame>
  );
}

function Trail({ filter, onChange }: { filter: TrailFilter; onChange: (f: TrailFilter) => void }) {
  const a = useAdminText();
  const trail = useTrail(useSlowly(filter, 250));
  const rows = trail.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="stack">
      <AuditFilter filter={filter} onChange={onChange} />
      {trail.isPending && <Bones lines={8} height={24} />}
      {trail.error && <LoadError error={trail.error} onRetry={() => void trail.refetch()} />}
      {trail.isSuccess && rows.length === 0 && <p className="quiet">{a.audit.empty}</p>}
      {rows.length > 0 && <AuditTable rows={rows} />}
      {trail.hasNextPage && (
        <div>
          <Button busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
            {a.more}
          </Button>
        </div>
      )}
    </div>
  );
}
