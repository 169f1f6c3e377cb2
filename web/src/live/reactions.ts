import type { Reaction } from '@/api/contract';

/** Someone's reaction put to the others, or taken away; what nobody feels any more is gone. */
export function withReaction(
  reactions: readonly Reaction[],
  emoji: string,
  userId: string,
  on: boolean,
): Reaction[] {
  const others = (r: Reaction) => r.users.filter((id) => id !== userId);
  if (on && !reactions.some((r) => r.emoji === emoji)) {
    return [...reactions, { emoji, users: [userId] }];
  }
  return reactions
    .map((r) => {
      if (r.emoji !== emoji) return r;
      return { emoji, users: on ? [...others(r), userId] : others(r) };
    })
    .filter((r) => r.users.length > 0);
}
