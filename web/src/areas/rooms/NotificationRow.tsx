import { Link } from '@tanstack/react-router';
import type { Notification } from '@/api/contract';
import { useThread } from '@/areas/chat/threads';
import { sidebar } from '@/app/sidebar';
import { Avatar } from '@/components/Avatar';
import type { IconName } from '@/components/Icon';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { readNotifications } from '@/live/rooms';
import { useText } from '@/text';
import { ago, dateTime } from '@/text/numbers';

const MARK: Record<Notification['kind'], IconName> = {
  mention: 'at',
  reply: 'reply',
  reaction: 'smile',
  added: 'people',
  opened: 'eye',
};

/** One thing that happened: who, what, where, the first words, and the way there. */
export function NotificationRow({ note, onOpen }: { note: Notification; onOpen: () => void }) {
  const t = useText();
  const s = t.rooms.notifications;
  const thread = useThread(note.thread_id).data;
  const actor = note.actor ?? { id: '', full_name: t.rooms.people.someone, avatar_color: '' };
  const unread = note.read_at === null;
  const read = () => {
    if (unread) void readNotifications({ ids: [note.id] });
  };
  return (
    <li className="note" data-unread={unread || undefined}>
      <Link
        to="/c/$threadId"
        params={{ threadId: note.thread_id }}
        search={note.message_id ? { m: note.message_id } : {}}
        className="note-link"
        onClick={() => {
          read();
          onOpen();
          sidebar.closeDrawer();
        }}
      >
        <span className="note-face">
          <Avatar name={actor.full_name} color={actor.avatar_color} size={34} />
          <span className="note-mark" data-kind={note.kind}>
            <Icon name={MARK[note.kind]} size={11} />
          </span>
        </span>
        <span className="note-words">
          <span className="note-did">
            <strong>{s.did[note.kind](actor.full_name)}</strong>
            <time dateTime={note.created_at} title={dateTime(note.created_at)}>
              {ago(note.created_at)}
            </time>
          </span>
          {note.snippet && <span className="note-snippet">{note.snippet}</span>}
          <span className="note-where">
            {thread ? s.in(thread.title ?? t.chat.untitled) : '\u00a0'}
            {unread && <span className="unseen">, {s.unread}</span>}
          </span>
        </span>
      </Link>
      {unread && <IconButton small icon="check" label={s.markRead} onClick={read} />}
    </li>
  );
}
