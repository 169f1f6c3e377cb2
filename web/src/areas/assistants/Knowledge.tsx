import { useId, useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useKnownFiles } from './files';
import { FileChoice } from './FileChoice';
import { useAssistantText } from './text';

interface Props {
  ids: string[];
  error?: string;
  onChange: (ids: string[]) => void;
}

/** The files that an assistant reads from. */
export function Knowledge({ ids, error, onChange }: Props) {
  const s = useAssistantText();
  const id = useId();
  const [choosing, setChoosing] = useState(false);
  const files = useKnownFiles(ids);
  return (
    <section className="field" aria-labelledby={id}>
      <div className="knowledge-head">
        <h2 id={id} className="field-label">
          {s.knowledge}
        </h2>
        {ids.length > 0 && <span className="chip tabular">{s.files(ids.length)}</span>}
        <Button small icon="plus" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
          {s.addFiles}
        </Button>
      </div>
      <p className="field-hint">{s.knowledgeHint}</p>
      {error && <p className="field-error">{error}</p>}
      {ids.length > 0 && (
        <ul className="knowledge">
          {ids.map((fileId) => {
            const file = files.get(fileId);
            const name = file === null ? s.goneFile : (file?.name ?? '…');
            return (
              <li key={fileId} data-gone={file === null || undefined}>
                <Icon name="file" size={17} />
                <span>{name}</span>
                <IconButton
                  small
                  icon="close"
                  label={s.removeFile(name)}
                  onClick={() => onChange(ids.filter((x) => x !== fileId))}
                />
              </li>
            );
          })}
        </ul>
      )}
      {choosing && <FileChoice chosen={ids} onChange={onChange} />}
    </section>
  );
}
