import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Segments } from '@/components/Segments';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { JobRow } from './JobRow';
import { useJobs } from './system';
import './system.css';

type State = 'failed' | 'waiting';

/** Work that was given up, and work that waits. */
export function JobsPage() {
  const a = useAdminText();
  const [state, setState] = useState<State>('failed');
  return (
    <AdminFrame page="jobs" lead={a.jobs.lead}>
      <div className="admin-filter">
        <Segments
          label={a.jobs.show}
          value={state}
          options={(['failed', 'waiting'] as const).map((value) => ({
            value,
            label: a.jobs.states[value],
          }))}
          onChange={setState}
        />
      </div>
      <JobList key={state} state={state} />
    </AdminFrame>
  );
}

function JobList({ state }: { state: State }) {
  const a = useAdminText();
  const found = useJobs(state);
  const rows = found.data?.pages.flatMap((page) => page.data) ?? [];
  if (found.isPending) return <Bones lines={5} height={48} />;
  if (found.error && !found.data) {
    return <LoadError error={found.error} onRetry={() => void found.refetch()} />;
  }
  if (rows.length === 0) {
    return (
      <div className="empty">
        <Icon name="check" size={30} />
        <h2>{a.jobs.none[state]}</h2>
        <p>{a.jobs.noneHint[state]}</p>
      </div>
    );
  }
  return (
    <>
      <ul className="ajobs" aria-label={a.jobs.states[state]}>
        {rows.map((job) => (
          <JobRow key={job.id} job={job} />
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
