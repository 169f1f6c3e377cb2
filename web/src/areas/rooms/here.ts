import { useMemo } from 'react';
import { useMe } from '@/areas/identity/session';
import type { Presence } from '@/live/presence';
import { presences } from '@/live/presence';
import { useCell } from '@/live/cell';

const RANK: Record<Presence, number> = { online: 0, idle: 1, offline: 2 };

/** People with those who are here first, and how many that is; whoever looks is here. */
export function useHere<P extends { id: string }>(people: P[]): { sorted: P[]; count: number } {
  const me = useMe().user.id;
  const all = useCell(presences);
  return useMemo(() => {
    const rank = (p: P) => (p.id === me ? 0 : RANK[all.get(p.id) ?? 'offline']);
    return {
      sorted: people.toSorted((a, b) => rank(a) - rank(b)),
      count: people.filter((p) => rank(p) < RANK.offline).length,
    };
  }, [people, all, me]);
}
