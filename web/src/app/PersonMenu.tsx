import { useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Workspace } from '@/api/contract';
import { keys } from '@/api/keys';
import { useOpenAlerts } from '@/areas/admin/alerts/openAlerts';
import { firstPage } from '@/areas/admin/pages';
import { may, signOut, switchWorkspace, useMe } from '@/areas/identity/session';
import { Avatar } from '@/components/Avatar';
import { Icon } from '@/components/Icon';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { useText } from '@/text';
import { overlays } from './overlays';
import { sidebar } from './sidebar';

type Place = '/assistants' | '/keys' | '/usage' | '/settings' | '/workspace' | '/admin';

/** Who is signed in and where; the pages that are about them; another workspace; the way out. */
export function PersonMenu() {
  const t = useText();
  const me = useMe();
  const navigate = useNavigate();
  const workspaces = useQuery({
    queryKey: keys.workspaces,
    queryFn: () => api.get<Workspace[]>('/workspaces'),
    staleTime: 5 * 60_000,
  });
  const others = workspaces.data ?? [];
  const alerts = useOpenAlerts(may(me, 'alerts.manage'));

  return (
    <Menu
      label={t.shell.personMenu}
      align="start"
      trigger={
        <button type="button" className="person">
          <Avatar name={me.user.full_name} color={me.user.avatar_color} size={30} />
          <span className="person-words">
            <strong>{me.user.full_name}</strong>
            <span>{me.workspace.name}</span>
          </span>
          {alerts > 0 && (
            <span className="person-dot">
              <span className="unseen">{t.shell.openAlerts(alerts)}</span>
            </span>
          )}
          <Icon name="more" size={17} />
        </button>
      }
    >
      {(close) => {
        const go = (to: Place) => () => {
          close();
          sidebar.closeDrawer();
          void navigate({ to });
        };
        return (
          <>
            <MenuItem icon="spark" onSelect={go('/assistants')}>
              {t.shell.assistants}
            </MenuItem>
            <MenuItem icon="key" onSelect={go('/keys')}>
              {t.shell.keys}
            </MenuItem>
            <MenuItem icon="chart" onSelect={go('/usage')}>
              {t.shell.usage}
            </MenuItem>
            <MenuItem icon="settings" onSelect={go('/settings')}>
              {t.shell.settings}
            </MenuItem>
            <MenuItem icon="people" onSelect={go('/workspace')}>
              {t.shell.workspace}
            </MenuItem>
            {firstPage(me) && (
              <MenuItem icon="server" onSelect={go('/admin')}>
                {t.shell.admin}
                {alerts > 0 && <small>{t.shell.openAlerts(alerts)}</small>}
              </MenuItem>
            )}
            <MenuItem
              icon="keyboard"
              onSelect={() => {
                close();
                overlays.open('keyboard');
              }}
            >
              {t.shell.keyboard}
              <small>?</small>
            </MenuItem>
            {others.length > 1 && (
              <>
                <div className="menu-line" role="separator" />
                <div className="menu-label">{t.shell.workspaces}</div>
                {others.map((w) => (
                  <MenuItem
                    key={w.id}
                    checked={w.id === me.workspace.id}
                    onSelect={() => {
                      close();
                      if (w.id !== me.workspace.id) void switchWorkspace(w);
                    }}
                  >
                    {w.name}
                  </MenuItem>
                ))}
              </>
            )}
            <div className="menu-line" role="separator" />
            <MenuItem
              icon="leave"
              onSelect={() => {
                close();
                void signOut();
              }}
            >
              {t.shell.signOut}
            </MenuItem>
          </>
        );
      }}
    </Menu>
  );
}
