import { useEffect, useRef } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { readNotifications, useNotifications } from '@/live/rooms';
import { useText } from '@/text';
import { NotificationRow } from './NotificationRow';
import { unreadCount } from './notifications';
import './notes.css';

/** What others did that concerns oneself, newest first. */
export function NotificationPanel({ onClose }: { onClose: () => void }) {
  const t = useText();
  const s = t.rooms.notifications;
  const list = useNotifications();
  const notes = list.data ?? [];
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    box.current?.focus();
  }, []);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('.note-link') ?? [])];
    rows[rows.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  };

  return (
    <div ref={box} className="notes-box" tabIndex={-1} onKeyDown={onKeyDown}>
      <div className="notes-head">
        <h2>{s.title}</h2>
        {unreadCount(notes) > 0 && (
          <Button
            look="quiet"
            small
            icon="check"
            onClick={() => void readNotifications({ all: true })}
          >
            {s.markAll}
          </Button>
        )}
      </div>
      {list.isPending && (
        <div className="notes-wait">
          <Bones lines={3} height={40} />
        </div>
      )}
      {list.error && notes.length === 0 && (
        <LoadError error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && notes.length === 0 && (
        <div className="notes-empty">
          <Icon name="bell" size={26} />
          <strong>{s.empty}</strong>
          <p>{s.emptyHint}</p>
        </div>
      )}
      <ul>
        {notes.map((note) => (
          <NotificationRow key={note.id} note={note} onOpen={onClose} />
        ))}
      </ul>
    </div>
  );
}
