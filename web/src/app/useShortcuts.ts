import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { composerFocus } from '@/areas/chat/composerFocus';
import { overlays } from './overlays';
import { sidebar } from './sidebar';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The keys that work on every page. The keyboard sheet lists them. */
export function useShortcuts(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      const key = event.key.toLowerCase();
      const act = (work: () => void) => {
        event.preventDefault();
        work();
      };
      if (mod && !event.shiftKey && key === 'k') act(() => overlays.toggle('palette'));
      else if (mod && event.shiftKey && key === 'o') {
        act(() => void navigate({ to: '/' }).then(() => composerFocus.take()));
      } else if (mod && key === 'b' && !event.shiftKey) act(() => sidebar.toggle());
      else if (mod && key === '/') act(() => overlays.toggle('keyboard'));
      else if (event.key === '?' && !isTyping(event.target)) act(() => overlays.open('keyboard'));
      else if (event.key === '/' && !mod && !isTyping(event.target)) {
        act(() => composerFocus.take());
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate]);
}
