import { useEffect, useRef } from 'react';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useFilesText } from '@/text/files';
import { bytes } from '@/text/numbers';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import { Picture } from '../Picture';
import { Ring } from '../Ring';
import { isGone, isUnfinished, useFile, useThumb } from '../useFile';
import { engine } from './engine';
import type { Upload } from './machine';
import { canPause, isLarge, progress } from './machine';
import { describeUpload } from './describing';

interface Props {
  upload: Upload;
  onRemove: () => void;
}

/** A file on its way, or there: its face, how far it is, and what can be done about it. */
export function UploadChip(props: Props) {
  return props.upload.phase === 'there' ? <Arrived {...props} /> : <Travelling {...props} />;
}

/** What needs the person is not left beyond the edge of the tray. */
function useInView(needed: boolean) {
  const chip = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (needed) chip.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [needed]);
  return chip;
}

interface FaceProps {
  upload: Upload;
  /** Undefined: nothing is on its way. */
  ring: number | null | undefined;
  preview?: string | null;
}

function Face({ upload, ring, preview }: FaceProps) {
  const thumb = useThumb(upload.key);
  const picture = upload.type.startsWith('image/') ? preview : null;
  return (
    <span className="upload-face">
      {thumb ? (
        <img src={thumb.url} alt="" draggable={false} />
      ) : picture && upload.file ? (
        <Picture fileId={upload.file.id} src={picture} alt="" of={(now) => now.preview_url} />
      ) : (
        <FileFace name={upload.name} type={upload.type} />
      )}
      {ring !== undefined && (
        <span className="upload-veil">
          <Ring value={ring} />
        </span>
      )}
    </span>
  );
}

function Travelling({ upload, onRemove }: Props) {
  const t = useFilesText();
  const again = useRef<HTMLInputElement>(null);
  const { phase, name, key } = upload;
  const share = progress(upload);
  const bad = phase === 'failed' || phase === 'lost';
  const chip = useInView(bad);
  const ring = bad ? undefined : phase === 'closing' || phase === 'opening' ? null : share;
  return (
    <li ref={chip} className="upload" data-phase={phase} data-bad={bad || undefined}>
      <Face upload={upload} ring={ring} />
      <span className="upload-words">
        <strong title={name}>{name}</strong>
        <span className="tabular">{describeUpload(upload, t, navigator.onLine)}</span>
      </span>
      <span className="upload-tools">
        {isLarge(upload) && canPause(upload) && (
          <IconButton
            small
            icon="pause"
            label={t.upload.pause(name)}
            onClick={() => engine.pause(key)}
          />
        )}
        {phase === 'paused' && (
          <IconButton
            small
            icon="play"
            label={t.upload.resume(name)}
            onClick={() => engine.resume(key)}
          />
        )}
        {phase === 'failed' && upload.failure?.code !== 'FILE_REJECTED' && (
          <IconButton
            small
            icon="refresh"
            label={t.upload.retry(name)}
            onClick={() => engine.retry(key)}
          />
        )}
        {phase === 'lost' && (
          <>
            <input
              ref={again}
              type="file"
              hidden
              aria-label={t.upload.again(name)}
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                if (file && !engine.find(key, file)) toast(t.upload.other);
                event.target.value = '';
              }}
            />
            <IconButton
              small
              icon="refresh"
              label={t.upload.again(name)}
              onClick={() => again.current?.click()}
            />
          </>
        )}
        <IconButton
          small
          icon="close"
          label={bad ? t.upload.remove(name) : t.upload.cancel(name)}
          onClick={onRemove}
        />
      </span>
      <span className="unseen" role={bad ? 'alert' : undefined}>
        {bad ? `${name}: ${describeUpload(upload, t, true)}` : ''}
      </span>
    </li>
  );
}

function Arrived({ upload, onRemove }: Props) {
  const t = useFilesText();
  const { data, error } = useFile(upload.file?.id ?? '');
  const file = data ?? upload.file;
  const { key } = upload;
  const gone = isGone(error);
  const chip = useInView(gone || file?.status === 'rejected');
  useEffect(() => {
    if (data && data !== upload.file) engine.learn(key, data);
  }, [data, upload.file, key]);
  if (!file) return null;
  const bad = gone || file.status === 'rejected';
  const working = !bad && isUnfinished(file.status);
  const words = gone
    ? t.deletedFile
    : file.status === 'rejected'
      ? (file.reason ?? t.rejectedFile)
      : working
        ? `${bytes(file.size)} · ${t.status[file.status]}`
        : [bytes(file.size), file.pages ? t.pages(file.pages) : null].filter(Boolean).join(' · ');
  return (
    <li ref={chip} className="upload" data-phase="there" data-bad={bad || undefined}>
      <Face
        upload={upload}
        ring={working ? null : undefined}
        preview={bad ? null : file.preview_url}
      />
      <span className="upload-words">
        {bad ? (
          <strong title={file.name}>{file.name}</strong>
        ) : (
          <FileLink fileId={file.id} className="upload-open" title={file.name}>
            {file.name}
          </FileLink>
        )}
        <span className="tabular" role={bad ? 'alert' : undefined}>
          {words}
        </span>
      </span>
      <span className="upload-tools">
        <IconButton small icon="close" label={t.upload.remove(file.name)} onClick={onRemove} />
      </span>
    </li>
  );
}
