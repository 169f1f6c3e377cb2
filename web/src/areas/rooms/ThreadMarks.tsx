import type { Thread } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { isShared } from './members';

const MOST = 99;

/** What a line of the sidebar says of a thread beside its title. */
export function ThreadMarks({ thread }: { thread: Thread }) {
  const t = useText();
  const s = t.rooms.threads;
  const { unread } = thread;
  const workspace = thread.visibility === 'workspace';
  return (
    <>
      {isShared(thread) && (
        <span className="thread-mark" title={workspace ? s.withWorkspace : s.shared}>
          <Icon name={workspace ? 'building' : 'people'} size={14} />
          <span className="unseen">{workspace ? s.withWorkspace : s.shared}</span>
        </span>
      )}
      {thread.muted && (
        <span className="thread-mark" title={s.muted}>
          <Icon name="bellOff" size={14} />
          <span className="unseen">{s.muted}</span>
        </span>
      )}
      {unread > 0 && (
        <span
          className="badge tabular"
          data-quiet={(thread.muted && !thread.mentioned) || undefined}
          data-mention={thread.mentioned || undefined}
        >
          <span className="unseen">
            {s.unread(Math.min(unread, MOST), unread > MOST)}
            {thread.mentioned && `, ${s.mentioned}`}
          </span>
          <span aria-hidden="true">
            {thread.mentioned && '@'}
            {unread > MOST ? '99+' : unread}
          </span>
        </span>
      )}
    </>
  );
}
