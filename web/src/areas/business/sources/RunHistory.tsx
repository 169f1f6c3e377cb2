import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import { RunItem } from './RunItem';
import { useCancelRun, useRuns } from './sources';

const FIRST = 5;

/** What was synced, the newest first. */
export function RunHistory({ id, manages }: { id: string; manages: boolean }) {
  const t = useText();
  const b = useBusinessText();
  const runs = useRuns(id);
  const cancel = useCancelRun(id);
  const [all, setAll] = useState(false);
  const list = runs.data ?? [];
  return (
    <PageSection title={b.sources.history}>
      {runs.isPending && <Bones lines={3} height={40} />}
      {runs.error && !runs.data && (
        <LoadError error={runs.error} onRetry={() => void runs.refetch()} />
      )}
      {runs.data && list.length === 0 && <p className="quiet">{b.sources.noRuns}</p>}
      <ol className="bruns">
        {(all ? list : list.slice(0, FIRST)).map((run) => (
          <RunItem
            key={run.id}
            run={run}
            onCancel={
              manages
                ? () =>
                    cancel.mutate(run.id, {
                      onError: (error) => void toast(describe(error, t)),
                    })
                : undefined
            }
          />
        ))}
      </ol>
      {list.length > FIRST && (
        <div>
          <Button small look="quiet" onClick={() => setAll(!all)}>
            {all ? b.sources.fewerRuns : b.sources.allRuns(list.length)}
          </Button>
        </div>
      )}
    </PageSection>
  );
}
