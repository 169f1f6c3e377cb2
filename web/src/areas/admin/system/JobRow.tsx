import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago, dateTime } from '@/text/numbers';
import { useAdminText } from '../text';
import type { Job } from '../types';
import { useDropJob, useRetryJob } from './system';

/** One piece of work: what it is, why it was given up, and what can be done about it. */
export function JobRow({ job }: { job: Job }) {
  const t = useText();
  const j = useAdminText().jobs;
  const retry = useRetryJob();
  const drop = useDropJob();
  const [dropping, setDropping] = useState(false);
  const onError = (error: unknown) => toast(describe(error, t));
  const failed = job.state === 'failed';
  return (
    <li className="ajob">
      <div className="ajob-words">
        <strong>{job.kind}</strong>
        {job.error && <p className="ajob-error">{job.error}</p>}
        <p className="ajob-facts">
          <time dateTime={job.created_at} title={dateTime(job.created_at)}>
            {ago(job.created_at)}
          </time>
          <span>{j.attempts(job.attempts)}</span>
          {!failed && <span>{j.due(dateTime(job.run_at))}</span>}
        </p>
      </div>
      {failed && (
        <div className="ajob-tools">
          <Button
            small
            icon="refresh"
            busy={retry.isPending}
            onClick={() => retry.mutate(job.id, { onError, onSuccess: () => toast(j.retried) })}
          >
            {j.retry}
            <span className="unseen">: {job.kind}</span>
          </Button>
          <IconButton
            small
            icon="trash"
            label={`${t.common.delete}: ${job.kind}`}
            onClick={() => setDropping(true)}
          />
        </div>
      )}
      <Dialog open={dropping} title={j.dropTitle(job.kind)} onClose={() => setDropping(false)}>
        <p>{j.dropText}</p>
        <div className="dialog-actions">
          <Button onClick={() => setDropping(false)}>{t.common.cancel}</Button>
          <Button
            look="danger"
            busy={drop.isPending}
            onClick={() => drop.mutate(job.id, { onError, onSuccess: () => setDropping(false) })}
          >
            {t.common.delete}
          </Button>
        </div>
      </Dialog>
    </li>
  );
}
