import type { Hit, HitKind } from './contract';

/** What has a page to open: records get theirs with the business data. */
export const SHOWN: HitKind[] = ['thread', 'message', 'file'];

/** By kind, in the order in which they are shown; the order within stays that of the answer. */
export function byKind(hits: Hit[]): Record<'thread' | 'message' | 'file', Hit[]> {
  const of = (kind: HitKind) => hits.filter((h) => h.kind === kind);
  return { thread: of('thread'), message: of('message'), file: of('file') };
}

export interface ThreadGroup {
  /** The thread they are in; null for files that lie in none. */
  threadId: string | null;
  title: string | null;
  hits: Hit[];
}

/** By the thread they are in: the one with the best hit first. */
export function byThread(hits: Hit[]): ThreadGroup[] {
  const groups = new Map<string | null, ThreadGroup>();
  for (const hit of hits) {
    const threadId = hit.thread_id;
    const known = groups.get(threadId);
    const title = hit.kind === 'file' ? null : hit.title;
    if (known) {
      known.hits.push(hit);
      known.title ??= title;
    } else groups.set(threadId, { threadId, title, hits: [hit] });
  }
  return [...groups.values()];
}

/** A file found on several of its pages, once, with the best of them. */
export function foldFiles(hits: Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits.filter((hit) => {
    if (hit.kind !== 'file' || !hit.file_id) return true;
    const first = !seen.has(hit.file_id);
    seen.add(hit.file_id);
    return first;
  });
}
