import { useDeferredValue, useEffect, useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { LoadError } from '@/components/LoadError';
import { useText } from '@/text';
import { useFilesText } from '@/text/files';
import { AttachButton } from '../AttachButton';
import { giveFiles, LIBRARY, useUploads } from '../attaching';
import '../attaching.css';
import type { FileOut } from '../contract';
import { DropVeil } from '../DropVeil';
import type { Filter } from '../kinds';
import { FILTERS } from '../kinds';
import { DeleteFiles } from '../panel/DeleteFiles';
import { useNear } from '../useNear';
import { FileItem } from './FileItem';
import './library.css';
import { LibraryUploads } from './LibraryUploads';
import { useFiles } from './useFiles';
import { useLook } from './useLook';

/** Every file that the reader may see, to be found, opened, added and taken away. */
export function FilesPage() {
  const c = useText();
  const t = useFilesText();
  const f = t.library;
  const [query, setQuery] = useState('');
  const [type, setType] = useState<Filter | ''>('');
  const [look, setLook] = useLook();
  const [selected, setSelected] = useState<ReadonlyMap<string, FileOut>>(new Map());
  // On a phone nothing hovers: there one says that one wants to choose.
  const [choosing, setChoosing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const q = useDeferredValue(useRested(query.trim(), 180));
  const list = useFiles({ q, type });
  const uploads = useUploads(LIBRARY);
  const files = list.data?.pages.flatMap((page) => page.data) ?? [];
  const narrowed = q !== '' || type !== '';
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const end = useNear(() => void fetchNextPage(), hasNextPage && !isFetchingNextPage);
  const add = (given: File[]) => giveFiles(LIBRARY, given);

  useEffect(() => setSelected(new Map()), [q, type]);
  const toggle = (file: FileOut) =>
    setSelected((now) => {
      const next = new Map(now);
      if (!next.delete(file.id)) next.set(file.id, file);
      return next;
    });

  return (
    <PageFrame title={f.title} lead={f.lead} wide>
      <div className="library-bar" role="search">
        <label className="library-search">
          <Icon name="search" size={16} />
          <span className="unseen">{f.search}</span>
          <input
            type="search"
            placeholder={f.search}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
        <select
          className="input library-kind"
          aria-label={f.filter}
          value={type}
          onChange={(event) => setType(event.target.value as Filter | '')}
        >
          <option value="">{f.all}</option>
          {FILTERS.map((kind) => (
            <option key={kind} value={kind}>
              {t.kinds[kind]}
            </option>
          ))}
        </select>
        <span className="library-look" role="group" aria-label={f.view}>
          <IconButton
            icon="grid"
            label={f.grid}
            aria-pressed={look === 'grid'}
            onClick={() => setLook('grid')}
          />
          <IconButton
            icon="rows"
            label={f.list}
            aria-pressed={look === 'list'}
            onClick={() => setLook('list')}
          />
        </span>
        <IconButton
          icon="checks"
          label={f.choose}
          aria-pressed={choosing}
          onClick={() => {
            setChoosing(!choosing);
            setSelected(new Map());
          }}
        />
        <AttachButton onFiles={add} worded={f.add} />
      </div>

      {uploads.length > 0 && <LibraryUploads uploads={uploads} />}

      {list.isPending ? (
        <Bones lines={6} height={44} />
      ) : list.error && files.length === 0 ? (
        <LoadError error={list.error} onRetry={() => void list.refetch()} />
      ) : files.length === 0 ? (
        <div className="empty library-empty">
          <Icon name={narrowed ? 'search' : 'file'} size={32} />
          <h2>{narrowed ? f.none : f.empty}</h2>
          {narrowed ? (
            <Button
              onClick={() => {
                setQuery('');
                setType('');
              }}
            >
              {f.clear}
            </Button>
          ) : (
            <p>{f.emptyHint}</p>
          )}
        </div>
      ) : (
        <ul
          className="library"
          data-look={look}
          data-choosing={choosing || selected.size > 0 || undefined}
          aria-label={f.title}
          aria-busy={list.isFetching}
        >
          {files.map((file) => (
            <FileItem
              key={file.id}
              file={file}
              look={look}
              selected={selected.has(file.id)}
              onToggle={() => toggle(file)}
            />
          ))}
        </ul>
      )}
      <div ref={end} className="library-more">
        {isFetchingNextPage && <Bones lines={2} height={44} />}
      </div>

      {selected.size > 0 && (
        <div className="library-chosen" role="status">
          <span className="tabular">{f.selected(selected.size)}</span>
          <Button small look="quiet" onClick={() => setSelected(new Map())}>
            {f.clearSelection}
          </Button>
          <Button small look="danger" icon="trash" onClick={() => setDeleting(true)}>
            {c.common.delete}
          </Button>
        </div>
      )}
      {deleting && (
        <DeleteFiles
          files={[...selected.values()]}
          onClose={() => setDeleting(false)}
          onDone={() => setSelected(new Map())}
        />
      )}
      <DropVeil words={f.drop} onFiles={add} />
    </PageFrame>
  );
}

/** A value once it has rested. */
function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
