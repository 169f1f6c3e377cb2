import { useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { FileFace } from '@/areas/files/FileFace';
import { useFiles } from '@/areas/files/library/useFiles';
import { useNear } from '@/areas/files/useNear';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { bytes } from '@/text/numbers';
import { useAssistantText } from './text';

interface Props {
  chosen: string[];
  onChange: (change: (ids: string[]) => string[]) => void;
}

/** One's own files and the workspace's, to choose from. */
export function FileChoice({ chosen, onChange }: Props) {
  const s = useAssistantText();
  const [typed, setTyped] = useState('');
  const files = useFiles({ q: useSlowly(typed.trim(), 150), type: '' });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = files;
  const end = useNear(() => void fetchNextPage(), hasNextPage && !isFetchingNextPage);
  const all = files.data?.pages.flatMap((page) => page.data) ?? [];
  const list = all.filter((file) => file.status !== 'rejected');
  return (
    <div className="file-choice">
      <label className="file-find">
        <Icon name="search" size={16} />
        <input
          type="search"
          autoFocus
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
      <div className="file-choice-list">
        <ul>
          {list.map((file) => (
            <li key={file.id}>
              <label className="file-row">
                <input
                  type="checkbox"
                  checked={chosen.includes(file.id)}
                  onChange={(event) => {
                    const on = event.target.checked;
                    onChange((ids) =>
                      on ? [...ids, file.id] : ids.filter((fileId) => fileId !== file.id),
                    );
                  }}
                />
                <FileFace name={file.name} type={file.type} size="small" />
                <span>{file.name}</span>
                <small className="tabular">{bytes(file.size)}</small>
              </label>
            </li>
          ))}
        </ul>
        <div ref={end} />
      </div>
    </div>
  );
}
