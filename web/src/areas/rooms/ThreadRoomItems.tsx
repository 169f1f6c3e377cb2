import type { Thread } from '@/api/contract';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { muteThread } from '@/live/rooms';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { markAllRead } from './unread';
import { isShared } from './members';

interface Props {
  thread: Thread;
  /** Closes the menu, then does the work. */
  then: (work: () => void) => () => void;
  onShare: () => void;
}

/** What can be done with a thread because others are in it. */
export function ThreadRoomItems({ thread, then, onShare }: Props) {
  const t = useText();
  const s = t.rooms.threads;
  return (
    <>
      <MenuItem icon="share" onSelect={then(onShare)}>
        {s.share}
      </MenuItem>
      {isShared(thread) && (
        <MenuItem
          icon={thread.muted ? 'bell' : 'bellOff'}
          onSelect={then(() => {
            const said = thread.muted ? s.unmutedNow : s.mutedNow;
            muteThread(thread.id, !thread.muted).then(
              () => toast(said),
              (error) => toast(describe(error, t)),
            );
          })}
        >
          {thread.muted ? s.unmute : s.mute}
        </MenuItem>
      )}
      {thread.unread > 0 && (
        <MenuItem icon="check" onSelect={then(() => markAllRead(thread.id))}>
          {s.markRead}
        </MenuItem>
      )}
    </>
  );
}
