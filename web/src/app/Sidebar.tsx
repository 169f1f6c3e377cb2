import { Link, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { ThreadList } from '@/areas/chat/ThreadList';
import { composerFocus } from '@/areas/chat/composerFocus';
import { may, useMe } from '@/areas/identity/session';
import { NotificationBell } from '@/areas/rooms/NotificationBell';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { Logo } from '@/components/Logo';
import { useText } from '@/text';
import { PersonMenu } from './PersonMenu';
import { sidebar, useSidebar } from './sidebar';
import { useSlowly } from './useSlowly';

/** The way around: a new chat, the old ones, and everything about oneself. */
export function Sidebar() {
  const t = useText();
  const me = useMe();
  const navigate = useNavigate();
  const { drawer, shown } = useSidebar();
  const [query, setQuery] = useState('');
  const [archived, setArchived] = useState(false);
  const asked = useDeferredValue(useSlowly(query.trim(), 180));
  const ref = useRef<HTMLElement>(null);

  // The drawer takes the focus when it opens and gives it back when it closes.
  useEffect(() => {
    if (!drawer) return;
    const before = document.activeElement as HTMLElement | null;
    ref.current?.querySelector<HTMLElement>('a, button')?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') sidebar.closeDrawer();
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      if (before?.isConnected) before.focus();
    };
  }, [drawer]);

  return (
    <aside
      ref={ref}
      className="sidebar"
      data-drawer={drawer || undefined}
      data-hidden={!shown || undefined}
      aria-label={t.shell.sidebar}
    >
      <div className="sidebar-head">
        <Link to="/" className="brand" onClick={() => sidebar.closeDrawer()}>
          <Logo size={26} />
          Tributary
        </Link>
        <span className="sidebar-tools">
          <NotificationBell />
          <IconButton
            icon="sidebar"
            label={t.shell.closeSidebar}
            onClick={() => sidebar.toggle()}
          />
        </span>
      </div>
      <div className="sidebar-start">
        <button
          type="button"
          className="new-chat"
          onClick={() => {
            sidebar.closeDrawer();
            void navigate({ to: '/' }).then(() => composerFocus.take());
          }}
        >
          <Icon name="compose" size={18} />
          {t.chat.newChat}
        </button>
        <Link
          to="/files"
          className="sidebar-link"
          activeOptions={{ includeSearch: false }}
          onClick={() => sidebar.closeDrawer()}
        >
          <Icon name="file" size={18} />
          {t.files.title}
        </Link>
        {may(me, 'business.read') && (
          <Link
            to="/business"
            className="sidebar-link"
            activeOptions={{ includeSearch: false }}
            onClick={() => sidebar.closeDrawer()}
          >
            <Icon name="chart" size={18} />
            {t.shell.business}
          </Link>
        )}
        <label className="thread-search">
          <Icon name="search" size={16} />
          <span className="unseen">{t.threads.search}</span>
          <input
            type="search"
            placeholder={t.threads.search}
            value={query}
            onChange={(e) => setQuery(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === 'Escape') setQuery('');
              if (e.key === 'Enter' && query.trim()) {
                sidebar.closeDrawer();
                void navigate({ to: '/search', search: { q: query.trim() } });
              }
            }}
          />
        </label>
      </div>
      <ThreadList query={asked} archived={archived} onShowArchived={setArchived} />
      <div className="sidebar-foot">
        <PersonMenu />
      </div>
    </aside>
  );
}
