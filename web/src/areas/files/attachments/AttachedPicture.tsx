import { useState } from 'react';
import { useFilesText } from '@/text/files';
import type { FileBrief } from '../contract';
import { Picture } from '../Picture';
import { isUnfinished, useBrief, useThumb } from '../useFile';
import { AttachedFile } from './AttachedFile';

interface Props {
  brief: FileBrief;
  /** The only one has its own proportions; several are squares. */
  alone: boolean;
  /** How many there are beyond it. */
  more: number;
  onOpen: () => void;
}

/** A picture in a box of a fixed height: what comes later moves nothing. */
export function AttachedPicture({ brief, alone, more, onOpen }: Props) {
  const t = useFilesText();
  const { file, gone } = useBrief(brief);
  const thumb = useThumb(brief.id);
  const [broken, setBroken] = useState(false);
  if (gone || file.status === 'rejected') return <AttachedFile brief={brief} />;
  const width = thumb?.width ?? file.width;
  const height = thumb?.height ?? file.height;
  const ratio = width && height ? width / height : 4 / 3;
  const src = thumb?.url ?? file.preview_url;
  return (
    <button
      type="button"
      className="picture"
      style={alone ? { aspectRatio: String(Math.min(1.9, Math.max(0.6, ratio))) } : undefined}
      aria-label={t.picture(file.name)}
      title={file.name}
      onClick={onOpen}
    >
      {src && !broken ? (
        <Picture
          fileId={file.id}
          src={src}
          alt=""
          of={(now) => now.preview_url}
          onBroken={() => setBroken(true)}
        />
      ) : (
        <span className="picture-words" data-waits={isUnfinished(file.status) || undefined}>
          {isUnfinished(file.status) ? t.status[file.status] : file.name}
        </span>
      )}
      {thumb && isUnfinished(file.status) && (
        <span className="picture-status">{t.status[file.status]}</span>
      )}
      {more > 0 && <span className="picture-more">+{more}</span>}
    </button>
  );
}
