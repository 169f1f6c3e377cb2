import { useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useFilesText } from '@/text/files';
import type { FileOut } from '../contract';
import { usePatchFile } from './changing';

/** Another name; its ending is left out of the selection, for it is rarely what one means. */
export function RenameFile({ file, onClose }: { file: FileOut; onClose: () => void }) {
  const t = useText();
  const f = useFilesText();
  const [name, setName] = useState(file.name);
  const patch = usePatchFile();
  const selected = useRef(false);
  return (
    <Dialog open title={f.panel.renameTitle} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!name.trim()) return;
          patch.mutate({ id: file.id, patch: { name: name.trim() } }, { onSuccess: onClose });
        }}
      >
        <label className="field">
          <span className="field-label">{f.panel.name}</span>
          <input
            className="input"
            autoFocus
            value={name}
            maxLength={255}
            onFocus={(event) => {
              if (selected.current) return;
              selected.current = true;
              const dot = name.lastIndexOf('.');
              event.target.setSelectionRange(0, dot > 0 ? dot : name.length);
            }}
            onChange={(event) => setName(event.target.value)}
          />
          {patch.error && <span className="field-error">{describe(patch.error, t)}</span>}
        </label>
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button type="submit" look="main" busy={patch.isPending} disabled={!name.trim()}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
