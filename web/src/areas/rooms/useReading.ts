import { useEffect, useRef, useState } from 'react';
import type { Message, Thread } from '@/api/contract';
import { amendThread } from '@/areas/chat/threads';
import { markRead, readNotifications, useNotifications } from '@/live/rooms';
import { countAfter, firstAfter, newestSeq } from './placing';
import { useSeen } from './useSeen';

/** More are not counted. */
const MOST = 100;

interface Options {
  threadId: string;
  me: string;
  messages: Message[];
  thread: Thread | null;
  atEnd: boolean;
  /** Whether anybody counts: in a thread of one's own nothing is ever unread. */
  counts: boolean;
}

/**
 * Moves the read mark along while one reads at the end, and remembers where one left off: there the
 * line “New” stands until one writes or opens the thread again.
 */
export function useReading({ threadId, me, messages, thread, atEnd, counts }: Options) {
  const seen = useSeen();
  const present = seen && atEnd;
  const newest = newestSeq(messages);
  const mark = thread?.read_seq;
  const known = thread?.unread ?? 0;
  const [line, setLine] = useState<number | null>(null);
  const left = useRef<number | null>(null);
  const settled = useRef(false);
  const passed = useRef(false);

  // What was unread on opening.
  useEffect(() => {
    if (settled.current || !thread) return;
    settled.current = true;
    if (thread.unread) setLine(thread.read_seq);
  }, [thread]);

  // Where one looked away or scrolled up; what comes then is new, unless an older line is not passed yet.
  useEffect(() => {
    if (present) {
      left.current = null;
      passed.current = true;
      return;
    }
    const at = (left.current ??= newest);
    if (!settled.current || newest <= at) return;
    setLine((now) => (now === null || passed.current ? at : now));
    passed.current = false;
  }, [present, newest]);

  useEffect(() => {
    if (counts && present && newest > 0) markRead(threadId, newest);
  }, [counts, present, newest, known, threadId]);

  // In a thread that is open and not looked at, what comes is unread too.
  useEffect(() => {
    if (!counts || present || mark === undefined) return;
    const unread = Math.min(MOST, countAfter(messages, mark, me));
    if (unread <= known) return;
    const mentioned = messages.some(
      (m) => m.seq > mark && m.author?.id !== me && m.mentions.some((x) => x.id === me),
    );
    amendThread(threadId, mentioned ? { unread, mentioned } : { unread });
  }, [counts, present, mark, known, messages, threadId, me]);

  // What one is told of this thread is seen here too.
  const { data: notes } = useNotifications();
  useEffect(() => {
    if (!counts || !present) return;
    const here = (notes ?? []).filter((n) => n.thread_id === threadId && n.read_at === null);
    const ids = here.map((n) => n.id);
    if (ids.length > 0) readNotifications({ ids }).catch(() => undefined);
  }, [counts, present, notes, threadId]);

  // Whoever writes has read what is above.
  const mine = messages.findLast((m) => m.author?.id === me)?.id;
  const wrote = useRef(mine);
  useEffect(() => {
    if (wrote.current !== mine && settled.current) setLine(null);
    wrote.current = mine;
  }, [mine]);

  return {
    /** The first new message; above it stands the line. */
    fresh: counts && line !== null ? firstAfter(messages, line, me) : null,
    /** New messages below what one sees. */
    below: counts && !atEnd ? countAfter(messages, left.current ?? newest, me) : 0,
  };
}
