import { IconButton } from '@/components/IconButton';
import { useText } from '@/text';
import { sidebar, useSidebar } from './sidebar';

/** Opens the sidebar where it is hidden. */
export function SidebarButton() {
  const t = useText();
  const { shown, drawer } = useSidebar();
  return (
    <IconButton
      icon="sidebar"
      label={t.shell.openSidebar}
      className="sidebar-open"
      data-shown={shown || undefined}
      aria-expanded={drawer}
      onClick={() => sidebar.toggle()}
    />
  );
}
