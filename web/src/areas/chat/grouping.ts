import type { Thread } from '@/api/contract';

export interface Group {
  key: string;
  kind: 'pinned' | 'today' | 'yesterday' | 'week' | 'month';
  /** For months: any moment in it. */
  at: Date | null;
  threads: Thread[];
}

const DAY = 86_400_000;

function startOfDay(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** Pinned first, then by the day of the last message, then by month. The order within stays. */
export function groupThreads(threads: Thread[], now: Date): Group[] {
  const today = startOfDay(now);
  const groups = new Map<string, Group>();
  for (const thread of threads) {
    const at = new Date(thread.last_message_at ?? thread.created_at);
    const day = startOfDay(at);
    let kind: Group['kind'] = 'month';
    if (thread.pinned) kind = 'pinned';
    else if (day >= today) kind = 'today';
    else if (day >= today - DAY) kind = 'yesterday';
    else if (day >= today - 7 * DAY) kind = 'week';
    const key = kind === 'month' ? `${at.getFullYear()}-${at.getMonth() + 1}` : kind;
    const group = groups.get(key);
    if (group) group.threads.push(thread);
    else groups.set(key, { key, kind, at: kind === 'month' ? at : null, threads: [thread] });
  }
  const rank = { pinned: 0, today: 1, yesterday: 2, week: 3, month: 4 };
  return [...groups.values()].sort(
    (a, b) => rank[a.kind] - rank[b.kind] || (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0),
  );
}
