import { useFilesText } from '@/text/files';
import { Icon } from '@/components/Icon';
import { ago, bytes } from '@/text/numbers';
import type { FileOut } from '../contract';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import { kindOf } from '../kinds';
import { Picture } from '../Picture';
import { Ring } from '../Ring';
import { isUnfinished, useThumb } from '../useFile';
import type { Look } from './useLook';

interface Props {
  file: FileOut;
  look: Look;
  selected: boolean;
  onToggle: () => void;
}

/** One file of the list: how it looks, what it is called, and how it stands. */
export function FileItem({ file, look, selected, onToggle }: Props) {
  const t = useFilesText();
  const thumb = useThumb(file.id);
  const kind = kindOf(file.type, file.name);
  // So small, a page of words says less than its kind.
  const own = kind === 'image' || kind === 'video';
  const src = look === 'grid' || own ? (file.preview_url ?? (own ? thumb?.url : null)) : null;
  const bad = file.status === 'rejected';
  const words = bad
    ? (file.reason ?? t.status.rejected)
    : isUnfinished(file.status)
      ? t.status[file.status]
      : [bytes(file.size), file.pages && file.pages > 1 ? t.pages(file.pages) : null]
          .filter(Boolean)
          .join(' · ');
  return (
    <li className="item" data-selected={selected || undefined} data-bad={bad || undefined}>
      <input
        type="checkbox"
        className="item-check"
        aria-label={t.library.select(file.name)}
        checked={selected}
        onChange={onToggle}
      />
      <FileLink fileId={file.id} className="item-open" title={file.name}>
        <span className="item-look" data-paper={(src && !own) || undefined}>
          {src && !bad ? (
            <Picture fileId={file.id} src={src} alt="" of={(now) => now.preview_url} />
          ) : (
            <FileFace
              name={file.name}
              type={file.type}
              size={look === 'grid' ? 'large' : undefined}
            />
          )}
          {isUnfinished(file.status) && (
            <span className="item-ring">
              <Ring value={null} />
            </span>
          )}
        </span>
        <span className="item-words">
          <strong>{file.name}</strong>
          <span className="tabular">{words}</span>
        </span>
        <span className="item-when">
          {file.visibility === 'workspace' && (
            <span title={t.library.shared}>
              <Icon name="building" size={14} />
              <span className="unseen">{t.library.shared}</span>
            </span>
          )}
          <time dateTime={file.created_at}>{ago(file.created_at)}</time>
        </span>
      </FileLink>
    </li>
  );
}
