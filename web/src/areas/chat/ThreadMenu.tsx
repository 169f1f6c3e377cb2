import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Thread, ThreadPatch } from '@/api/contract';
import { address } from '@/api/client';
import { overlays } from '@/app/overlays';
import { useMe } from '@/areas/identity/session';
import { ThreadRoomItems } from '@/areas/rooms/ThreadRoomItems';
import { quoted } from '@/areas/search/grammar';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { removeThread } from './removing';
import { RenameThread } from './RenameThread';
import { usePatchThread } from './threads';

const ShareDialog = lazy(() =>
  import('@/areas/rooms/ShareDialog').then((m) => ({ default: m.ShareDialog })),
);

interface Props {
  thread: Thread;
  small?: boolean;
  /** Where the title can be changed in place; else a dialog asks for it. */
  onRename?: () => void;
}

/** What can be done with a conversation. */
export function ThreadMenu({ thread, small, onRename }: Props) {
  const t = useText();
  const me = useMe();
  const navigate = useNavigate();
  const { threadId } = useParams({ strict: false });
  const patch = usePatchThread();
  const [renaming, setRenaming] = useState(false);
  const [sharing, setSharing] = useState(false);
  const change = (p: ThreadPatch, said: string) =>
    patch.mutate(
      { id: thread.id, patch: p },
      { onSuccess: () => toast(said), onError: (error) => toast(describe(error, t)) },
    );
  const mine = thread.owner_id === me.user.id;
  const title = thread.title ?? t.chat.untitled;

  return (
    <>
      <Menu
        label={t.threads.menu(title)}
        trigger={<IconButton icon="more" small={small} label={t.threads.menu(title)} />}
      >
        {(close) => {
          const then = (work: () => void) => () => {
            close();
            work();
          };
          return (
            <>
              <MenuItem
                icon="pin"
                onSelect={then(() =>
                  change(
                    { pinned: !thread.pinned },
                    thread.pinned ? t.threads.unpinned : t.threads.pinned,
                  ),
                )}
              >
                {thread.pinned ? t.threads.unpin : t.threads.pin}
              </MenuItem>
              <MenuItem icon="pencil" onSelect={then(onRename ?? (() => setRenaming(true)))}>
                {t.threads.rename}
              </MenuItem>
              <ThreadRoomItems thread={thread} then={then} onShare={() => setSharing(true)} />
              {thread.title && (
                <MenuItem
                  icon="search"
                  onSelect={then(() => overlays.open('palette', `in:${quoted(title)} `))}
                >
                  {t.threads.searchIn}
                </MenuItem>
              )}
              <MenuItem
                icon="download"
                onSelect={then(() =>
                  location.assign(address(`/threads/${thread.id}/export`, { format: 'markdown' })),
                )}
              >
                {t.threads.export}
              </MenuItem>
              <MenuItem
                icon="archive"
                onSelect={then(() =>
                  change(
                    { archived: !thread.archived },
                    thread.archived ? t.threads.unarchived : t.threads.archived,
                  ),
                )}
              >
                {thread.archived ? t.threads.unarchive : t.threads.archive}
              </MenuItem>
              {mine && (
                <>
                  <div className="menu-line" role="separator" />
                  <MenuItem
                    icon="trash"
                    danger
                    onSelect={then(() => {
                      if (threadId === thread.id) void navigate({ to: '/' });
                      removeThread(thread.id, t);
                    })}
                  >
                    {t.threads.delete}
                  </MenuItem>
                </>
              )}
            </>
          );
        }}
      </Menu>
      <Dialog open={renaming} title={t.threads.rename} onClose={() => setRenaming(false)}>
        <RenameThread thread={thread} onDone={() => setRenaming(false)} />
      </Dialog>
      {sharing && (
        <Suspense fallback={null}>
          <ShareDialog thread={thread} onClose={() => setSharing(false)} />
        </Suspense>
      )}
    </>
  );
}
