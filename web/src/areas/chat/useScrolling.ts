import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Shown } from '@/live/projection';

const NEAR_END = 72;
const NEAR_START = 900;

/** Follows the end while the reader is there, and keeps their place while older messages come in. */
export function useScrolling(rows: Shown[], me: string, onNearStart: () => void) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const place = useRef<{ element: Element; top: number } | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const nearStart = useRef(onNearStart);
  nearStart.current = onNearStart;

  const first = rows[0]?.key;
  const asked = rows.findLast((r) => r.message.role === 'user' && r.message.author?.id === me)?.key;

  const toEnd = useCallback(() => {
    const element = box.current;
    if (!element) return;
    pinned.current = true;
    setAtEnd(true);
    element.scrollTop = element.scrollHeight;
  }, []);

  /** Lets go of the end, to be moved elsewhere. */
  const letGo = useCallback(() => {
    pinned.current = false;
  }, []);

  /** Looks where one is now; where nothing moves, no scrolling tells. */
  const settle = useCallback(() => box.current?.dispatchEvent(new Event('scroll')), []);

  // A question just asked is shown, wherever one was reading.
  useLayoutEffect(() => toEnd(), [asked, toEnd]);

  // Older messages arrived above: what was seen stays where it was.
  useLayoutEffect(() => {
    const element = box.current;
    const kept = place.current;
    if (!element || !kept?.element.isConnected || pinned.current) return;
    const moved = kept.element.getBoundingClientRect().top - kept.top;
    if (Math.abs(moved) > 1) element.scrollTop += moved;
  }, [first]);

  useEffect(() => {
    const element = box.current;
    const content = inner.current;
    if (!element || !content) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      const up = element.scrollTop < lastTop - 1;
      lastTop = element.scrollTop;
      if (distance < NEAR_END) pinned.current = true;
      else if (up) pinned.current = false;
      setAtEnd(pinned.current || distance < NEAR_END);
      const top = element.getBoundingClientRect().top;
      const seen = [...content.querySelectorAll('.turn')].find(
        (turn) => turn.getBoundingClientRect().bottom > top,
      );
      place.current = seen ? { element: seen, top: seen.getBoundingClientRect().top } : null;
      if (element.scrollTop < NEAR_START && !pinned.current) nearStart.current();
    };
    const follow = () => {
      if (pinned.current) element.scrollTop = element.scrollHeight;
      lastTop = element.scrollTop;
    };
    const sizes = new ResizeObserver(follow);
    sizes.observe(content);
    sizes.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    follow();
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { box, inner, atEnd, toEnd, letGo, settle };
}
