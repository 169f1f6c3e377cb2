import type { FilesText } from '@/text/files';
import { bytes } from '@/text/numbers';
import type { Upload } from './machine';
import { progress } from './machine';

/** How far an upload is, in a few words. */
export function describeUpload(upload: Upload, t: FilesText, online: boolean): string {
  const { phase, failure, size } = upload;
  const percent = Math.floor(progress(upload) * 100);
  switch (phase) {
    case 'failed':
      return failure?.error || t.upload.failed;
    case 'lost':
      return t.upload.lost;
    case 'paused':
      return t.upload.paused(percent);
    case 'closing':
      return t.upload.finishing;
    case 'waiting':
      return online && failure?.status !== 0 ? t.upload.retrying : t.upload.offline;
    case 'queued':
      return online ? `${bytes(size)} · ${t.upload.queued}` : t.upload.offline;
    default:
      return t.upload.uploading(percent);
  }
}
