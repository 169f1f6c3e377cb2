import { queryClient } from '@/api/queryClient';

/** What an event of business data makes old: the first words of the keys. */
const STALE: [prefix: string, roots: string[]][] = [
  ['connector.', ['connectors']],
  ['action.', ['actions', 'mail']],
  ['task.', ['tasks']],
  ['workflow.', ['workflows']],
  ['mail.', ['mail']],
  ['business.', ['metrics', 'connectors', 'business-settings']],
];

/** The roots that are asked again by themselves where nothing comes by itself. */
export const BUSINESS_POLLED = ['connectors', 'actions', 'tasks', 'workflows'];

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
export function doubtBusiness(): void {
  for (const [, roots] of STALE) for (const root of roots) waiting.add(root);
  timer ??= setTimeout(refetch, PAUSE_MS);
}

/** An event of business data holds ids only: what it is about is read again where it is on screen. */
export function hearBusiness(kind: string): void {
  const roots = staleRoots(kind);
  if (roots.length === 0) return;
  for (const root of roots) waiting.add(root);
  timer ??= setTimeout(refetch, PAUSE_MS);
}
