import { useEffect, useId, useState } from 'react';
import { AttachButton } from '@/areas/files/AttachButton';
import { giveFiles, useUploads } from '@/areas/files/attaching';
import { FileFace } from '@/areas/files/FileFace';
import { LibraryUploads } from '@/areas/files/library/LibraryUploads';
import { engine } from '@/areas/files/uploads/engine';
import { Button } from '@/components/Button';
import { IconButton } from '@/components/IconButton';
import { bytes } from '@/text/numbers';
import { FileChoice } from './FileChoice';
import { useKnownFiles } from './files';
import { PrivateFiles } from './PrivateFiles';
import { useAssistantText } from './text';

interface Props {
  /** Where its uploads belong. */
  place: string;
  ids: string[];
  error?: string;
  onChange: (change: (ids: string[]) => string[]) => void;
}

/** The files that an assistant reads from. */
export function Knowledge({ place, ids, error, onChange }: Props) {
  const s = useAssistantText();
  const id = useId();
  const [choosing, setChoosing] = useState(false);
  const files = useKnownFiles(ids);
  const uploads = useUploads(place);
  const known = [...files.values()].filter((file) => file !== null);
  const closed = known.filter((f) => ids.includes(f.id) && f.visibility === 'private');

  // What has arrived stands in the list.
  useEffect(() => {
    for (const { key, file } of uploads) {
      if (!file || file.status === 'rejected') continue;
      engine.remove(key, true);
      onChange((all) => (all.includes(file.id) ? all : [...all, file.id]));
    }
  }, [uploads, onChange]);

  return (
    <section className="field" aria-labelledby={id}>
      <div className="knowledge-head">
        <h2 id={id} className="field-label">
          {s.knowledge}
        </h2>
        {ids.length > 0 && <span className="chip tabular">{s.files(ids.length)}</span>}
        <span className="knowledge-ways">
          <Button
            small
            icon="search"
            aria-expanded={choosing}
            onClick={() => setChoosing(!choosing)}
          >
            {s.addFiles}
          </Button>
          <AttachButton onFiles={(given) => giveFiles(place, given)} />
        </span>
      </div>
      <p className="field-hint">{s.knowledgeHint}</p>
      {error && <p className="field-error">{error}</p>}
      {uploads.length > 0 && <LibraryUploads uploads={uploads} />}
      {ids.length > 0 && (
        <ul className="knowledge">
          {ids.map((fileId) => {
            const file = files.get(fileId);
            const name = file === null ? s.goneFile : (file?.name ?? '…');
            return (
              <li key={fileId} data-gone={file === null || undefined}>
                <FileFace name={name} type={file?.type ?? ''} size="small" />
                <span>{name}</span>
                {file?.visibility === 'private' && <span className="chip">{s.private}</span>}
                {file && <small className="tabular">{bytes(file.size)}</small>}
                <IconButton
                  small
                  icon="close"
                  label={s.removeFile(name)}
                  onClick={() => onChange((all) => all.filter((x) => x !== fileId))}
                />
              </li>
            );
          })}
        </ul>
      )}
      {closed.length > 0 && <PrivateFiles files={closed} />}
      {choosing && <FileChoice chosen={ids} onChange={onChange} />}
    </section>
  );
}
