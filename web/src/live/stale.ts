import { queryClient } from '@/api/queryClient';

/** What an event of business data or of operation makes old: the first words of the keys. */
const STALE: [prefix: string, roots: string[]][] = [
  ['connector.', ['connectors']],
  ['action.', ['actions', 'mail']],
  ['task.', ['tasks']],
  ['workflow.', ['workflows']],
  ['mail.', ['mail']],
  ['business.', ['metrics', 'connectors', 'business-settings']],
  ['alert.', ['alerts']],
  ['backup.', ['backups']],
];

/** The roots that are asked again by themselves where nothing comes by itself. */
export const STALE_POLLED = ['connectors', 'actions', 'tasks', 'workflows', 'alerts'];

/** Syncs tell of every batch: what is shown follows a few times a second at most. */
const PAUSE_MS = 400;

export function staleRoots(kind: string): string[] {
  return STALE.find(([prefix]) => kind.startsWith(prefix))?.[1] ?? [];
}

const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | null = null;

function refetch(): void {
  timer = null;
  const roots = new Set(waiting);
  waiting.clear();
  void queryClient.invalidateQueries({
    predicate: (query) => roots.has(String(query.queryKey[0])),
  });
}

/** Events may have been missed: all of it is old, and read again where it is on screen. */
export function doubtStale(): void {
  for (const [, roots] of STALE) for (const root of roots) waiting.add(root);
  timer ??= setTimeout(refetch, PAUSE_MS);
}

/** These events hold ids only: what one is about is read again where it is on screen. */
export function hearStale(kind: string): void {
  const roots = staleRoots(kind);
  if (roots.length === 0) return;
  for (const root of roots) waiting.add(root);
  timer ??= setTimeout(refetch, PAUSE_MS);
}
