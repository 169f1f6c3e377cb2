import { Outlet, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useAnnouncement } from '@/areas/chat/announcing';
import { useApplySettings } from '@/areas/identity/settings';
import { useMaybeMe } from '@/areas/identity/session';
import { useDeviceNoting } from '@/areas/rooms/deviceNotes';
import { Bones } from '@/components/Bones';
import { useText } from '@/text';
import { ConnectionLine } from './ConnectionLine';
import { overlays, useOverlay } from './overlays';
import './shell.css';
import { Sidebar } from './Sidebar';
import { sidebar, useSidebar } from './sidebar';
import { useShortcuts } from './useShortcuts';

const Palette = lazy(() => import('./palette/Palette').then((m) => ({ default: m.Palette })));
const FileSheet = lazy(() =>
  import('@/areas/files/panel/FileSheet').then((m) => ({ default: m.FileSheet })),
);
const KeyboardSheet = lazy(() =>
  import('./KeyboardSheet').then((m) => ({ default: m.KeyboardSheet })),
);

/** What is around every page behind the sign-in. */
export function Shell() {
  const me = useMaybeMe();
  if (!me) return null;
  return <SignedInShell />;
}

function SignedInShell() {
  const t = useText();
  const { drawer } = useSidebar();
  const overlay = useOverlay();
  const { file, page } = useSearch({ strict: false });
  const said = useAnnouncement();
  useApplySettings();
  useShortcuts();
  useDeviceNoting();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t.shell.skip}
      </a>
      <Sidebar />
      {drawer && <div className="veil" onClick={() => sidebar.closeDrawer()} />}
      <main id="main" className="shell-main" tabIndex={-1} inert={drawer}>
        <Suspense
          fallback={
            <div className="shell-wait">
              <Bones lines={5} />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      {file && (
        <Suspense fallback={<div className="file-sheet-room" />}>
          <FileSheet key={file} fileId={file} page={page ?? null} />
        </Suspense>
      )}
      <ConnectionLine />
      <div className="unseen" role="status" aria-live="polite">
        {said}
      </div>
      <Suspense fallback={null}>
        {overlay === 'palette' && <Palette onClose={overlays.close} />}
        {overlay === 'keyboard' && <KeyboardSheet onClose={overlays.close} />}
      </Suspense>
    </div>
  );
}
