import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { BackupRow } from './BackupRow';
import { useBackUp, useBackups } from './system';
import './system.css';

/** The copies there are, whether they were read again, and a new one. */
export function BackupsPage() {
  const t = useText();
  const b = useAdminText().backups;
  const backUp = useBackUp();
  return (
    <AdminFrame
      page="backups"
      lead={b.lead}
      tools={
        <Button
          look="main"
          icon="archive"
          busy={backUp.isPending}
          onClick={() =>
            backUp.mutate(undefined, {
              onSuccess: () => toast(b.begun),
              onError: (error) => toast(describe(error, t)),
            })
          }
        >
          {b.now}
        </Button>
      }
    >
      <BackupList />
    </AdminFrame>
  );
}

function BackupList() {
  const b = useAdminText().backups;
  const backups = useBackups();
  if (backups.isPending) return <Bones lines={4} height={48} />;
  if (backups.error && !backups.data) {
    return <LoadError error={backups.error} onRetry={() => void backups.refetch()} />;
  }
  if (backups.data.length === 0) {
    return (
      <div className="empty">
        <Icon name="archive" size={30} />
        <h2>{b.none}</h2>
        <p>{b.noneHint}</p>
      </div>
    );
  }
  return (
    <ul className="ajobs" aria-label={b.all}>
      {backups.data.map((backup) => (
        <BackupRow key={backup.id} backup={backup} />
      ))}
    </ul>
  );
}
