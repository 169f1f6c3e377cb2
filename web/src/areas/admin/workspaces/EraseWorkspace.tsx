import { toast } from '@/components/toasts';
import { bytes, whole } from '@/text/numbers';
import { TypedConfirm } from '../frame/TypedConfirm';
import { useAdminText } from '../text';
import type { WorkspaceRow } from '../types';
import { useEraseWorkspace } from './workspaces';

/** Erases a workspace and destroys its key, once its name is typed again. */
export function EraseWorkspace({
  workspace,
  onClose,
}: {
  workspace: WorkspaceRow;
  onClose: () => void;
}) {
  const w = useAdminText().workspaces;
  const erase = useEraseWorkspace();
  const { id, name } = workspace;
  return (
    <TypedConfirm
      title={w.eraseTitle(name)}
      words={name}
      action={w.eraseForGood}
      busy={erase.isPending}
      error={erase.error}
      onClose={onClose}
      onConfirm={() =>
        erase.mutate(
          { id, name },
          {
            onSuccess: () => {
              toast(w.erased(name));
              onClose();
            },
          },
        )
      }
    >
      <p>
        {w.eraseText(
          whole(workspace.members),
          whole(workspace.messages),
          bytes(workspace.storage_bytes),
        )}
      </p>
    </TypedConfirm>
  );
}
