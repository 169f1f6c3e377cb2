import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useFilesText } from '@/text/files';
import type { FileOut } from '../contract';
import { useDeleteFiles } from './changing';

interface Props {
  files: FileOut[];
  onClose: () => void;
  onDone: () => void;
}

/** Asks by name before anything is deleted: it cannot be undone. */
export function DeleteFiles({ files, onClose, onDone }: Props) {
  const t = useText();
  const f = useFilesText();
  const remove = useDeleteFiles();
  const [first] = files;
  const title =
    files.length === 1 && first
      ? f.panel.deleteTitle(first.name)
      : f.library.deleteMany(files.length);
  const go = () =>
    remove.mutate(
      files.map((file) => file.id),
      {
        onSuccess: ({ gone, failure }) => {
          const left = files.length - gone.length;
          if (left > 0) toast(`${f.library.notDeleted(left)}. ${describe(failure, t)}`);
          else toast(files.length === 1 ? f.panel.deleted : f.library.deletedMany(gone.length));
          onClose();
          if (gone.length > 0) onDone();
        },
      },
    );
  return (
    <Dialog open title={title} onClose={onClose}>
      <p>{f.panel.deleteText}</p>
      <div className="dialog-actions">
        <Button look="quiet" onClick={onClose}>
          {t.common.cancel}
        </Button>
        <Button look="danger" busy={remove.isPending} onClick={go}>
          {t.common.delete}
        </Button>
      </div>
    </Dialog>
  );
}
