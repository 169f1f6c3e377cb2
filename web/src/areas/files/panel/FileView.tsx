import { type ReactNode, useEffect, useId, useState } from 'react';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { useCell } from '@/live/cell';
import { useFilesText } from '@/text/files';
import { passageCell } from '../citations/passage';
import type { FileOut } from '../contract';
import { isGone, useFile } from '../useFile';
import { AskTab } from './AskTab';
import { DetailsTab } from './DetailsTab';
import { FileHead } from './FileHead';
import { FileNotice } from './FileNotice';
import { PreviewTab } from './PreviewTab';
import { Tabs } from './Tabs';
import { TextTab } from './TextTab';

interface Props {
  fileId: string;
  page: number | null;
  /** On a page of its own. */
  alone?: boolean;
  before?: ReactNode;
  onClose?: () => void;
}

const TABS = ['preview', 'text', 'ask', 'details'] as const;
type Tab = (typeof TABS)[number];

/** Where a citation leads: to the preview of its page, or, where there is none, to its text. */
function tabFor(file: FileOut, page: number | null): Tab {
  if (page === null || file.previews.some((p) => p.page === page)) return 'preview';
  return 'text';
}

/** All about one file. */
export function FileView({ fileId, page, alone, before, onClose }: Props) {
  const t = useFilesText();
  const id = useId();
  const { data: file, error, refetch } = useFile(fileId);
  const passage = useCell(passageCell);
  const [chosen, setChosen] = useState<Tab | null>(null);
  // Another citation of the same file begins anew.
  useEffect(() => setChosen(null), [fileId, page, passage]);
  const name = file?.name;
  useEffect(() => {
    if (alone && name) document.title = `${name} · Tributary`;
  }, [alone, name]);

  if (isGone(error)) {
    return (
      <div className="file-view">
        <FileHead file={null} alone={alone} before={before} onClose={onClose} />
        <div className="empty">
          <h2>{t.panel.gone}</h2>
          <p>{t.panel.goneHint}</p>
        </div>
      </div>
    );
  }
  const tab = chosen ?? (file ? tabFor(file, page) : 'preview');
  const cited =
    passage && passage.fileId === fileId && passage.page === page ? passage.snippet : null;
  return (
    <div className="file-view" data-alone={alone || undefined}>
      <FileHead file={file ?? null} alone={alone} before={before} onClose={onClose} />
      {file && <FileNotice file={file} />}
      {file?.status !== 'rejected' && (
        <Tabs
          id={id}
          label={t.panel.tabsLabel}
          tabs={TABS.map((value) => ({ value, label: t.panel.tabs[value] }))}
          chosen={tab}
          onChoose={setChosen}
        />
      )}
      <div
        className="file-body"
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-${tab}`}
        data-tab={tab}
        tabIndex={0}
      >
        {error && !file ? (
          <LoadError error={error} onRetry={() => void refetch()} />
        ) : !file ? (
          <Bones lines={6} />
        ) : file.status === 'rejected' ? (
          <DetailsTab file={file} />
        ) : tab === 'preview' ? (
          <PreviewTab file={file} page={page} cited={cited} onText={() => setChosen('text')} />
        ) : tab === 'text' ? (
          <TextTab file={file} page={page} cited={cited} />
        ) : tab === 'ask' ? (
          <AskTab file={file} />
        ) : (
          <DetailsTab file={file} />
        )}
      </div>
    </div>
  );
}
