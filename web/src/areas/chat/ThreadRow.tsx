import { Link } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import type { Thread } from '@/api/contract';
import { sidebar } from '@/app/sidebar';
import { ThreadMarks } from '@/areas/rooms/ThreadMarks';
import { counted } from '@/areas/rooms/unread';
import { generations } from '@/live/generations';
import { useText } from '@/text';
import { RenameThread } from './RenameThread';
import { ThreadMenu } from './ThreadMenu';

export function ThreadRow({ thread }: { thread: Thread }) {
  const t = useText();
  const [renaming, setRenaming] = useState(false);
  const here = useSyncExternalStore(generations.subscribe, () => generations.runs(thread.id));
  if (renaming) {
    return (
      <li className="thread">
        <RenameThread thread={thread} onDone={() => setRenaming(false)} />
      </li>
    );
  }
  return (
    <li className="thread" data-unread={counted(thread) > 0 || undefined}>
      <Link
        to="/c/$threadId"
        params={{ threadId: thread.id }}
        className="thread-link"
        activeProps={{ 'data-active': true }}
        onClick={() => sidebar.closeDrawer()}
        onDoubleClick={() => setRenaming(true)}
      >
        <span className="thread-title">{thread.title ?? t.chat.untitled}</span>
        <ThreadMarks thread={thread} />
        {(here || thread.running) && (
          <span className="thread-running">
            <span className="unseen">{t.threads.running}</span>
          </span>
        )}
      </Link>
      <ThreadMenu thread={thread} small onRename={() => setRenaming(true)} />
    </li>
  );
}
