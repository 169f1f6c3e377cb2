import { useEffect } from 'react';
import { useFilesText } from '@/text/files';
import { engine } from '../uploads/engine';
import type { Upload } from '../uploads/machine';
import '../uploads/tray.css';
import { UploadChip } from '../uploads/UploadChip';

const LINGER_MS = 4_000;

/** What is being added. What is ready leaves by itself; what needs the person stays. */
export function LibraryUploads({ uploads }: { uploads: Upload[] }) {
  const t = useFilesText();
  const ready = uploads.filter((u) => u.phase === 'there' && u.file?.status === 'ready');
  const keys = ready.map((u) => u.key).join();
  useEffect(() => {
    if (!keys) return;
    const timer = setTimeout(() => {
      for (const key of keys.split(',')) engine.remove(key, true);
    }, LINGER_MS);
    return () => clearTimeout(timer);
  }, [keys]);
  return (
    <section className="library-uploads" aria-label={t.library.uploads}>
      <ul className="tray">
        {uploads.map((upload) => (
          <UploadChip
            key={upload.key}
            upload={upload}
            onRemove={() => engine.remove(upload.key, upload.phase === 'there')}
          />
        ))}
      </ul>
    </section>
  );
}
