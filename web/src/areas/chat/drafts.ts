import { useSyncExternalStore } from 'react';
import type { Draft } from '@/api/contract';
import { callOrKeep } from '@/live/live';
import { isTemporary } from '@/live/outbox';

/** The draft of a conversation that has no thread yet. */
export const NEW = 'new';

const PREFIX = 'trb.draft.';
const WAIT_MS = 600;
const cache = new Map<string, Draft>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();
const EMPTY: Draft = { text: '', updated_at: '1970-01-01T00:00:00.000Z' };

function read(key: string): Draft {
  const known = cache.get(key);
  if (known) return known;
  let draft = EMPTY;
  try {
    const stored = localStorage.getItem(PREFIX + key);
    if (stored) draft = JSON.parse(stored) as Draft;
  } catch {
    // Storage closed or spoilt: the draft starts empty.
  }
  cache.set(key, draft);
  return draft;
}

function keep(key: string, draft: Draft): void {
  cache.set(key, draft);
  try {
    if (draft.text) localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + key);
  } catch {
    // Full or closed storage: the draft still lives in this tab.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** When a person last wrote here, and the newest draft of another device that was let pass meanwhile. */
const wroteAt = new Map<string, number>();
const passed = new Map<string, number>();
const WRITING_MS = 3_000;

/** Later than now and than everything seen: what is written after seeing a draft beats it, whatever the clocks say. */
function stamp(key: string): string {
  const seen = Math.max(Date.parse(read(key).updated_at), passed.get(key) ?? 0);
  return new Date(Math.max(Date.now(), seen + 1)).toISOString();
}

/** Keeps a draft here at once and with the server a moment later. */
export function setDraft(key: string, text: string): void {
  const draft = { text, updated_at: stamp(key) };
  wroteAt.set(key, Date.now());
  keep(key, draft);
  clearTimeout(timers.get(key));
  if (key === NEW || isTemporary(key)) return;
  timers.set(
    key,
    setTimeout(() => {
      timers.delete(key);
      const name = `draft:${key}`;
      const change = { path: `/threads/${key}/draft`, body: draft, lane: name, key: name };
      // A draft is a convenience: when it is refused, the next change tries again.
      void callOrKeep<Draft>({ method: 'PUT', quiet: true, ...change }).catch(() => undefined);
    }, WAIT_MS),
  );
}

/** Takes over what another device wrote, if it is newer; never from under the hands of one who writes here. */
export function adoptDraft(key: string, theirs: Draft | null): void {
  if (!theirs) return;
  const at = Date.parse(theirs.updated_at);
  if (at <= Date.parse(read(key).updated_at)) return;
  const writing = Date.now() - (wroteAt.get(key) ?? 0) < WRITING_MS;
  if (writing && read(key).text) passed.set(key, Math.max(at, passed.get(key) ?? 0));
  else if (theirs.text === read(key).text) cache.set(key, theirs);
  else keep(key, theirs);
}

/** A sent message is a draft no more. The server clears its copy when the empty text arrives. */
export function clearDraft(key: string): void {
  if (read(key).text || timers.has(key)) setDraft(key, '');
}

export function draftText(key: string): string {
  return read(key).text;
}

export function useDraft(key: string): string {
  return useSyncExternalStore(subscribe, () => read(key).text);
}

/** On signing out nothing of one person stays behind for the next. */
export function forgetDrafts(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  cache.clear();
  wroteAt.clear();
  passed.clear();
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // Nothing stored, nothing to forget.
  }
}
