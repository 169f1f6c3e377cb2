import { lazy, Suspense, useId } from 'react';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { useNotifications } from '@/live/rooms';
import { useText } from '@/text';
import { unreadCount } from './notifications';
import './bell.css';

const loadPanel = () => import('./NotificationPanel');
const NotificationPanel = lazy(() => loadPanel().then((m) => ({ default: m.NotificationPanel })));

/** The bell: how much there is for oneself, and the way to it. */
export function NotificationBell() {
  const t = useText();
  const id = useId();
  const { data } = useNotifications();
  const unread = unreadCount(data);
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start');
  const label = t.rooms.notifications.open(unread);
  return (
    <>
      <button
        ref={(element) => {
          anchor.current = element;
        }}
        type="button"
        className="icon-btn bell"
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        onPointerEnter={() => void loadPanel()}
        onClick={toggle}
      >
        <Icon name="bell" size={18} />
        {unread > 0 && (
          <span className="bell-count tabular" aria-hidden="true">
            {unread > 9 ? '9+' : unread}
          </span>
        )}
      </button>
      <div
        ref={panel}
        id={id}
        className="menu notes"
        role="dialog"
        aria-label={t.rooms.notifications.title}
        popover="auto"
        onToggle={onToggle}
      >
        {open && (
          <Suspense fallback={null}>
            <NotificationPanel onClose={close} />
          </Suspense>
        )}
      </div>
    </>
  );
}
