import { Link } from '@tanstack/react-router';
import { SidebarButton } from '@/app/SidebarButton';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';

/** In place of a thread that one may not enter any more. */
export function ClosedRoom() {
  const t = useText();
  return (
    <div className="page-empty">
      <div className="page-empty-bar">
        <SidebarButton />
      </div>
      <div className="empty" role="status">
        <Icon name="lock" size={32} />
        <h2>{t.rooms.closed.title}</h2>
        <p>{t.rooms.closed.text}</p>
        <Link to="/" className="btn btn-line">
          {t.chat.newChat}
        </Link>
      </div>
    </div>
  );
}
