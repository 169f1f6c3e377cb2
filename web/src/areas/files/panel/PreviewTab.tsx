import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useFilesText } from '@/text/files';
import type { FileOut } from '../contract';
import { FileFace } from '../FileFace';
import { kindOf } from '../kinds';
import { Picture } from '../Picture';
import { isUnfinished, useThumb } from '../useFile';
import { TextTab } from './TextTab';

const Viewer = lazy(() => import('../viewer/Viewer').then((m) => ({ default: m.Viewer })));

interface Props {
  file: FileOut;
  page: number | null;
  cited: string | null;
  onText: () => void;
}

/** How a file looks: its pages, its picture, or what plays it. */
export function PreviewTab({ file, page, cited, onText }: Props) {
  const t = useFilesText();
  const kind = kindOf(file.type, file.name);
  if (kind === 'audio' && file.url) {
    return <audio className="file-player" controls preload="metadata" src={file.url} />;
  }
  if (kind === 'video' && file.url && /mp4|webm/.test(file.type)) {
    return (
      <video
        className="file-player"
        controls
        preload="metadata"
        playsInline
        poster={file.preview_url ?? undefined}
        src={file.url}
      />
    );
  }
  if (kind === 'image') return <PicturePreview file={file} />;
  if (file.previews.length > 0) {
    return <Pages file={file} page={page} cited={cited} onText={onText} />;
  }
  const step = file.steps.find((s) => s.name === 'preview');
  if (isUnfinished(file.status)) return <None file={file} words={t.preview.coming} />;
  if (step?.state === 'failed') return <None file={file} words={t.preview.failed} />;
  // What is words is shown as words.
  if (file.text_chars) return <TextTab file={file} page={page} cited={cited} />;
  return <None file={file} words={t.preview.none} />;
}

function None({ file, words }: { file: FileOut; words: string }) {
  return (
    <div className="empty">
      <FileFace name={file.name} type={file.type} size="large" />
      <p>{words}</p>
    </div>
  );
}

function PicturePreview({ file }: { file: FileOut }) {
  const t = useFilesText();
  const thumb = useThumb(file.id);
  const [open, setOpen] = useState(false);
  const src = file.preview_url ?? thumb?.url;
  if (!src) {
    return (
      <None file={file} words={isUnfinished(file.status) ? t.preview.coming : t.preview.none} />
    );
  }
  const { width, height } = file;
  return (
    <>
      <button
        type="button"
        className="file-picture"
        style={width && height ? { aspectRatio: `${width} / ${height}` } : undefined}
        aria-label={t.picture(file.name)}
        onClick={() => setOpen(true)}
      >
        <Picture fileId={file.id} src={src} alt="" lazy={false} of={(now) => now.preview_url} />
      </button>
      {open && (
        <Suspense fallback={null}>
          <Viewer pictures={[file]} first={file.id} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

function Pages({ file, page, cited, onText }: Props) {
  const t = useFilesText();
  const list = useRef<HTMLOListElement>(null);
  const all = file.pages ?? file.previews.length;
  const has = page === null || file.previews.some((p) => p.page === page);

  useEffect(() => {
    if (page === null) return;
    const target = list.current?.querySelector(`[data-page="${page}"]`);
    target?.scrollIntoView({ block: 'start' });
  }, [page, cited]);

  return (
    <>
      {!has && (
        <p className="file-hint">
          {t.preview.noPage(page)}{' '}
          <Button look="quiet" small onClick={onText}>
            {t.preview.toText}
          </Button>
        </p>
      )}
      <ol className="file-pages" ref={list}>
        {file.previews.map((preview) => (
          <li key={preview.page} data-page={preview.page}>
            {cited && preview.page === page && (
              <blockquote className="file-cited">
                <Icon name="quote" size={16} />
                <div>
                  <strong>{t.preview.cited}</strong>
                  <p>{cited}</p>
                  <Button look="quiet" small onClick={onText}>
                    {t.preview.toText}
                  </Button>
                </div>
              </blockquote>
            )}
            <div
              className="file-sheet-of-paper"
              style={{ aspectRatio: `${preview.width || 210} / ${preview.height || 297}` }}
            >
              <Picture
                fileId={file.id}
                src={preview.url}
                alt={t.preview.alt(preview.page, file.name)}
                of={(now) => now.previews.find((p) => p.page === preview.page)?.url}
              />
            </div>
            {all > 1 && <span className="file-page-number">{t.page(preview.page)}</span>}
          </li>
        ))}
      </ol>
      {all > file.previews.length && (
        <p className="file-hint">{t.preview.more(file.previews.length, all)}</p>
      )}
    </>
  );
}
