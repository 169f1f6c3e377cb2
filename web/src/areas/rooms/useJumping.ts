import type { RefObject } from 'react';
import { useCallback, useEffect, useRef } from 'react';
import { toast } from '@/components/toasts';
import type { Shown } from '@/live/projection';
import { useText } from '@/text';
import { loadThrough } from './loadThrough';
import { messageJump } from './messageJump';

const MARKED_MS = 2600;

interface Options {
  threadId: string;
  inner: RefObject<HTMLElement | null>;
  rows: Shown[];
  letGo: () => void;
  settle: () => void;
  /** A message that a link leads to. */
  linked: string | null;
  /** The first unread message on opening. */
  fresh: string | null;
}

function find(inner: HTMLElement | null, messageId: string): HTMLElement | null {
  return inner?.querySelector(`[data-message="${CSS.escape(messageId)}"]`) ?? null;
}

/** Heights far away are only known once they are near: goes there again until it stays. */
function bring(
  element: HTMLElement,
  block: ScrollLogicalPosition,
  settle: () => void,
  times = 4,
): void {
  element.scrollIntoView({ block, behavior: 'instant' });
  if (times === 1) settle();
  else requestAnimationFrame(() => bring(element, block, settle, times - 1));
}

function mark(element: HTMLElement): void {
  element.dataset.marked = '';
  setTimeout(() => delete element.dataset.marked, MARKED_MS);
}

/** Brings one message into sight and marks it, loading what lies between; once opened, the first unread. */
export function useJumping({ threadId, inner, rows, letGo, settle, linked, fresh }: Options): void {
  const t = useText();
  const wanted = useRef<string | null>(null);
  const begun = useRef(false);
  const gone = t.rooms.message.linkGone;

  const arrive = useCallback(() => {
    const element = wanted.current && find(inner.current, wanted.current);
    if (!element) return false;
    wanted.current = null;
    letGo();
    bring(element, 'center', settle);
    mark(element);
    return true;
  }, [inner, letGo, settle]);

  const jump = useCallback(
    (messageId: string) => {
      wanted.current = messageId;
      if (arrive()) return;
      loadThrough(threadId, messageId)
        .catch(() => false)
        .then((there) => {
          if (there || wanted.current !== messageId) return;
          wanted.current = null;
          toast(gone);
        });
    },
    [threadId, arrive, gone],
  );

  useEffect(() => messageJump.offer(jump), [jump]);

  // What was loaded for it is on the page now.
  useEffect(() => {
    if (wanted.current) arrive();
  }, [rows, arrive]);

  useEffect(() => {
    if (linked) jump(linked);
  }, [linked, jump]);

  // On opening one begins where one left off.
  useEffect(() => {
    if (begun.current || !fresh) return;
    begun.current = true;
    if (linked) return;
    const element = find(inner.current, fresh);
    if (!element) return;
    letGo();
    bring(element, 'start', settle);
  }, [fresh, linked, inner, letGo, settle]);
}
