import { ago, bytes, dateTime, whole } from '@/text/numbers';
import { StateDot } from '../frame/StateDot';
import { duration } from '../measure';
import { useAdminText } from '../text';
import type { Backup } from '../types';

const LOOK = { running: 'off', done: 'good', failed: 'bad' } as const;

/** A copy: when it was made, how large it is, where it lies, and whether it can be read. */
export function BackupRow({ backup }: { backup: Backup }) {
  const b = useAdminText().backups;
  const { state, at, finished_at: end } = backup;
  const done = state === 'done';
  const took = end ? duration(Date.parse(end) - Date.parse(at)) : null;
  return (
    <li className="ajob">
      <div className="ajob-words">
        <strong>
          <time dateTime={at}>{dateTime(at)}</time>
        </strong>
        {backup.error && <p className="ajob-error">{backup.error}</p>}
        <p className="ajob-facts">
          <span>{ago(at)}</span>
          {done && <span>{bytes(backup.bytes)}</span>}
          {done && <span>{b.objects(whole(backup.objects))}</span>}
          {took && <span>{b.took(took)}</span>}
          <code>{backup.where}</code>
        </p>
      </div>
      <StateDot look={LOOK[state]}>
        {done && backup.verified ? b.verified : b.states[state]}
      </StateDot>
    </li>
  );
}
