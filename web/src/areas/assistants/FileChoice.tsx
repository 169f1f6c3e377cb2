import { useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { fileSize } from './fileSize';
import { useFiles } from './files';
import { useAssistantText } from './text';

interface Props {
  chosen: string[];
  onChange: (ids: string[]) => void;
}

/** One's own files and the workspace's, to choose from. */
export function FileChoice({ chosen, onChange }: Props) {
  const s = useAssistantText();
  const [typed, setTyped] = useState('');
  const files = useFiles(useSlowly(typed.trim(), 150));
  const list = (files.data ?? []).filter((file) => file.status !== 'rejected');
  return (
    <div className="file-choice">
      <label className="file-find">
        <Icon name="search" size={16} />
        <input
          type="search"
          placeholder={s.findFile}
          aria-label={s.findFile}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            // Not the form around it.
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
      </label>
      {files.isPending && (
        <div className="file-choice-note">
          <Bones lines={3} height={20} />
        </div>
      )}
      {files.error && !files.data && (
        <div className="file-choice-note">
          <LoadError error={files.error} onRetry={() => void files.refetch()} />
        </div>
      )}
      {files.data && list.length === 0 && (
        <p className="file-choice-note quiet">{typed ? s.noFile : s.noFiles}</p>
      )}
      <ul>
        {list.map((file) => (
          <li key={file.id}>
            <label className="file-row">
              <input
                type="checkbox"
                checked={chosen.includes(file.id)}
                onChange={(event) =>
                  onChange(
                    event.target.checked
                      ? [...chosen, file.id]
                      : chosen.filter((x) => x !== file.id),
                  )
                }
              />
              <Icon name="file" size={17} />
              <span>{file.name}</span>
              <small className="tabular">{fileSize(file.size)}</small>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
