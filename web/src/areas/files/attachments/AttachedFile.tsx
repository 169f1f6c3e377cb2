import { useFilesText } from '@/text/files';
import { bytes } from '@/text/numbers';
import type { FileBrief } from '../contract';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import { kindOf } from '../kinds';
import { Ring } from '../Ring';
import { isUnfinished, useBrief } from '../useFile';

/** A file of a message that is no picture: what it is, how long, and whether it can be asked about yet. */
export function AttachedFile({ brief }: { brief: FileBrief }) {
  const t = useFilesText();
  const { file, gone } = useBrief(brief);
  const bad = gone || file.status === 'rejected';
  if (bad) {
    return (
      <span className="file-card" data-bad>
        <FileFace name={file.name} type={file.type} />
        <span className="file-card-words">
          <strong>{file.name}</strong>
          <span>
            {gone ? t.deletedFile : `${t.status.rejected}. ${file.reason ?? t.rejectedFile}`}
          </span>
        </span>
      </span>
    );
  }
  const working = isUnfinished(file.status);
  const facts = [
    t.kinds[kindOf(file.type, file.name)],
    file.pages ? t.pages(file.pages) : null,
    bytes(file.size),
  ];
  return (
    <FileLink fileId={file.id} className="file-card" title={file.name}>
      <FileFace name={file.name} type={file.type} />
      <span className="file-card-words">
        <strong>{file.name}</strong>
        <span className="tabular">
          {working ? t.status[file.status] : facts.filter(Boolean).join(' · ')}
        </span>
      </span>
      {working && (
        <span className="file-card-ring">
          <Ring value={null} />
        </span>
      )}
    </FileLink>
  );
}
