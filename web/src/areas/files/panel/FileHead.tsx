import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { canManage, useMe } from '@/areas/identity/session';
import { copyText } from '@/components/copyText';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useFilesText } from '@/text/files';
import { bytes } from '@/text/numbers';
import type { FileOut } from '../contract';
import { downloadUrl } from '../download';
import { FileFace } from '../FileFace';
import { kindOf } from '../kinds';
import { DeleteFiles } from './DeleteFiles';
import { RenameFile } from './RenameFile';
import { usePatchFile } from './changing';

interface Props {
  file: FileOut | null;
  alone?: boolean;
  before?: ReactNode;
  onClose?: () => void;
}

/** What file it is, and what can be done with it. */
export function FileHead({ file, alone, before, onClose }: Props) {
  const t = useText();
  const f = useFilesText();
  const me = useMe();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'rename' | 'delete' | null>(null);
  const patch = usePatchFile();
  const own = file !== null && file.owner_id === me.user.id;
  const shared = file?.visibility === 'workspace';
  const changes = own || (shared && canManage(me));
  const leave = () => {
    if (onClose) onClose();
    else void navigate({ to: '/files' });
  };
  const facts = file && [
    f.kinds[kindOf(file.type, file.name)],
    bytes(file.size),
    file.pages ? f.pages(file.pages) : null,
  ];
  return (
    <header className="file-head">
      {before}
      {file && <FileFace name={file.name} type={file.type} />}
      <div className="file-head-words">
        {alone ? <h1>{file?.name}</h1> : <h2>{file?.name}</h2>}
        <p className="tabular">{facts?.filter(Boolean).join(' · ')}</p>
      </div>
      {file?.url && (
        <a
          className="icon-btn"
          href={downloadUrl(file.url)}
          download={file.name}
          aria-label={f.panel.download}
          title={f.panel.download}
        >
          <Icon name="download" />
        </a>
      )}
      {file && (
        <Menu label={f.panel.more} trigger={<IconButton icon="more" label={f.panel.more} />}>
          {(close) => {
            const item = (work: () => void) => () => {
              close();
              work();
            };
            return (
              <>
                <MenuItem
                  icon="link"
                  onSelect={item(() => {
                    const link = `${location.origin}/files/${file.id}`;
                    void copyText(link).then((done) => done && toast(f.panel.linkCopied));
                  })}
                >
                  {f.panel.copyLink}
                </MenuItem>
                {!alone && (
                  <MenuItem
                    icon="expand"
                    onSelect={item(
                      () => void navigate({ to: '/files/$fileId', params: { fileId: file.id } }),
                    )}
                  >
                    {f.panel.full}
                  </MenuItem>
                )}
                {changes && (
                  <>
                    <div className="menu-line" role="separator" />
                    <MenuItem icon="pencil" onSelect={item(() => setDoing('rename'))}>
                      {f.panel.rename}
                    </MenuItem>
                    <MenuItem
                      icon={shared ? 'lock' : 'building'}
                      onSelect={item(() =>
                        patch.mutate(
                          { id: file.id, patch: { visibility: shared ? 'private' : 'workspace' } },
                          {
                            onSuccess: () => toast(shared ? f.panel.unshared : f.panel.shared),
                            onError: (error) => toast(describe(error, t)),
                          },
                        ),
                      )}
                    >
                      {shared ? f.panel.unshare : f.panel.share}
                    </MenuItem>
                    <div className="menu-line" role="separator" />
                    <MenuItem icon="trash" danger onSelect={item(() => setDoing('delete'))}>
                      {f.panel.delete}
                    </MenuItem>
                  </>
                )}
              </>
            );
          }}
        </Menu>
      )}
      {alone ? (
        <Link to="/files" className="icon-btn" aria-label={f.panel.close} title={f.panel.close}>
          <Icon name="close" />
        </Link>
      ) : (
        <IconButton icon="close" label={f.panel.close} onClick={leave} />
      )}
      {file && doing === 'rename' && <RenameFile file={file} onClose={() => setDoing(null)} />}
      {file && doing === 'delete' && (
        <DeleteFiles files={[file]} onClose={() => setDoing(null)} onDone={leave} />
      )}
    </header>
  );
}
