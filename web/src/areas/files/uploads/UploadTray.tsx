import { useFilesText } from '@/text/files';
import { engine } from './engine';
import type { Upload } from './machine';
import './tray.css';
import { UploadChip } from './UploadChip';

/** The files of a message that is being written. */
export function UploadTray({ uploads }: { uploads: Upload[] }) {
  const t = useFilesText();
  return (
    <ul className="tray" aria-label={t.upload.list}>
      {uploads.map((upload) => (
        <UploadChip key={upload.key} upload={upload} onRemove={() => engine.remove(upload.key)} />
      ))}
    </ul>
  );
}
