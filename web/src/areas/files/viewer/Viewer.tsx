import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useText } from '@/text';
import { useFilesText } from '@/text/files';
import type { FileBrief } from '../contract';
import { downloadUrl } from '../download';
import { Picture } from '../Picture';
import { useBrief, useThumb } from '../useFile';
import { usePanning } from './usePanning';
import './viewer.css';
import { FITTED, zoomed } from './zooming';

interface Props {
  pictures: FileBrief[];
  /** The id of the one that is shown first. */
  first: string;
  onClose: () => void;
}

const SAFE = /^image\/(png|jpeg|webp|gif)$/;

/** Pictures over all of the page, one at a time, to be looked at closely. */
export function Viewer({ pictures, first, onClose }: Props) {
  const t = useText();
  const f = useFilesText();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      pictures.findIndex((p) => p.id === first),
    ),
  );
  const picture = pictures[at];
  const { stage, view, setView, handlers, held } = usePanning();

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);

  if (!picture) return null;
  const go = (by: number) => {
    setView(FITTED);
    setAt((at + by + pictures.length) % pictures.length);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const act: Record<string, () => void> = {
      ArrowRight: () => go(1),
      ArrowLeft: () => go(-1),
      '+': () => setView((v) => zoomed(v, 1.4)),
      '=': () => setView((v) => zoomed(v, 1.4)),
      '-': () => setView((v) => zoomed(v, 1 / 1.4)),
      '0': () => setView(FITTED),
    };
    const work = act[event.key];
    if (!work || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    work();
  };
  const several = pictures.length > 1;
  return (
    <dialog
      ref={dialog}
      className="viewer"
      aria-label={f.picture(picture.name)}
      onClose={onClose}
      onKeyDown={onKeyDown}
    >
      <header className="viewer-head">
        <span className="viewer-name" aria-live="polite">
          <strong>{picture.name}</strong>
          {several && <span className="tabular">{f.viewer.of(at + 1, pictures.length)}</span>}
        </span>
        <span className="viewer-tools">
          <IconButton
            icon="minus"
            label={f.viewer.zoomOut}
            disabled={view.scale === 1}
            onClick={() => setView((v) => zoomed(v, 1 / 1.6))}
          />
          <IconButton
            icon="plus"
            label={f.viewer.zoomIn}
            onClick={() => setView((v) => zoomed(v, 1.6))}
          />
          <IconButton
            icon="info"
            label={f.viewer.details}
            onClick={() => {
              dialog.current?.close();
              void navigate({
                to: '.',
                search: (before) => ({ ...before, file: picture.id, page: undefined }),
              });
            }}
          />
          <Download picture={picture} label={f.panel.download} />
          <IconButton
            icon="close"
            label={t.common.close}
            autoFocus
            onClick={() => dialog.current?.close()}
          />
        </span>
      </header>
      <div
        ref={stage}
        className="viewer-stage"
        data-zoomed={view.scale > 1 || undefined}
        data-held={held || undefined}
        onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
        {...handlers}
      >
        <Shown
          key={picture.id}
          brief={picture}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
          close={view.scale > 1}
        />
      </div>
      {several && (
        <>
          <IconButton
            icon="left"
            label={f.viewer.previous}
            className="viewer-turn"
            data-side="left"
            onClick={() => go(-1)}
          />
          <IconButton
            icon="right"
            label={f.viewer.next}
            className="viewer-turn"
            data-side="right"
            onClick={() => go(1)}
          />
        </>
      )}
    </dialog>
  );
}

function Download({ picture, label }: { picture: FileBrief; label: string }) {
  const { file } = useBrief(picture);
  if (!file.url) return null;
  return (
    <a
      className="icon-btn"
      href={downloadUrl(file.url)}
      download={file.name}
      aria-label={label}
      title={label}
    >
      <Icon name="download" />
    </a>
  );
}

interface ShownProps {
  brief: FileBrief;
  style: React.CSSProperties;
  /** Looked at closely: the preview is too coarse. */
  close: boolean;
}

function Shown({ brief, style, close }: ShownProps) {
  const f = useFilesText();
  const { file } = useBrief(brief);
  const thumb = useThumb(brief.id);
  const [broken, setBroken] = useState(false);
  const fine = close && file.url && SAFE.test(file.type);
  const src = thumb?.url ?? (fine ? file.url : (file.preview_url ?? file.url));
  if (!src || broken) return <p className="viewer-broken">{f.viewer.broken}</p>;
  return (
    <div className="viewer-picture" style={style}>
      <Picture
        fileId={file.id}
        src={src}
        alt={file.name}
        lazy={false}
        of={(now) => (fine ? now.url : now.preview_url)}
        onBroken={() => setBroken(true)}
      />
    </div>
  );
}
