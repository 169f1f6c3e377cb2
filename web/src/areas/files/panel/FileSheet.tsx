import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { useFilesText } from '@/text/files';
import { FileView } from './FileView';
import './panel.css';

const NARROW = '(max-width: 75rem)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(NARROW);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(NARROW).matches,
  );
}

/** A file beside the page; where there is no room for both, over it. */
export function FileSheet({ fileId, page }: { fileId: string; page: number | null }) {
  const t = useFilesText();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const before = useRef<Element | null>(null);
  const sheet = useRef<HTMLElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);

  const close = useCallback(() => {
    void navigate({
      to: '.',
      search: (now) => ({ ...now, file: undefined, page: undefined }),
      replace: true,
    });
  }, [navigate]);

  useEffect(() => {
    before.current = document.activeElement;
    return () => {
      const { current } = before;
      if (current instanceof HTMLElement && current.isConnected) {
        current.focus({ preventScroll: true });
      }
    };
  }, []);

  useEffect(() => {
    if (narrow) dialog.current?.showModal();
    else sheet.current?.focus({ preventScroll: true });
  }, [narrow]);

  const view = <FileView fileId={fileId} page={page} onClose={close} />;
  if (narrow) {
    return (
      <dialog
        ref={dialog}
        className="file-sheet file-sheet-over"
        aria-label={t.panel.label('')}
        onCancel={(event) => {
          event.preventDefault();
          close();
        }}
        onClick={(event) => event.target === event.currentTarget && close()}
      >
        {view}
      </dialog>
    );
  }
  return (
    <aside
      ref={sheet}
      className="file-sheet"
      aria-label={t.panel.label('')}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      {view}
    </aside>
  );
}
