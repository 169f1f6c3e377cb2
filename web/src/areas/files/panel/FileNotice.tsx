import { useFilesText } from '@/text/files';
import { Notice } from '@/components/Notice';
import type { FileOut } from '../contract';
import { Ring } from '../Ring';
import { isUnfinished } from '../useFile';

/** What a reader must know first: it was rejected, it is still being read, or it needs care. */
export function FileNotice({ file }: { file: FileOut }) {
  const t = useFilesText();
  if (file.status === 'rejected') {
    return (
      <div className="file-notice">
        <Notice look="danger">
          <strong>{t.status.rejected}.</strong> {file.reason ?? ''} {t.rejectedFile}
        </Notice>
      </div>
    );
  }
  const running = file.steps.find((step) => step.state === 'running');
  return (
    <>
      {isUnfinished(file.status) && (
        <p className="file-working" role="status">
          <Ring value={null} />
          {t.status[file.status]}
          {running && <span> · {t.details.step[running.name] ?? running.name}</span>}
          {running?.note && <span className="tabular"> · {running.note}</span>}
        </p>
      )}
      {file.warnings.map((code) => (
        <div key={code} className="file-notice">
          <Notice look="warn">{t.details.warnings[code] ?? t.details.warning(code)}</Notice>
        </div>
      ))}
    </>
  );
}
