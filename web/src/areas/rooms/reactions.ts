import type { Reaction } from '@/api/contract';

/** What is most often meant. */
export const FREQUENT = ['👍', '❤️', '😂', '🎉', '🙏', '👀', '✅', '🔥', '🤔', '😮', '😢', '🚀'];

const LONGEST_BYTES = 32;

/** Adds a person's reaction, or takes it back; a reaction of nobody is gone. */
export function toggled(reactions: Reaction[], emoji: string, userId: string): Reaction[] {
  const known = reactions.find((r) => r.emoji === emoji);
  if (!known) return [...reactions, { emoji, users: [userId] }];
  const users = known.users.includes(userId)
    ? known.users.filter((id) => id !== userId)
    : [...known.users, userId];
  return reactions.flatMap((r) => {
    if (r !== known) return [r];
    return users.length > 0 ? [{ ...r, users }] : [];
  });
}

export function hasReacted(reactions: Reaction[], emoji: string, userId: string): boolean {
  return reactions.some((r) => r.emoji === emoji && r.users.includes(userId));
}

function graphemes(text: string): string[] {
  if (typeof Intl.Segmenter !== 'function') return [...text];
  return [...new Intl.Segmenter().segment(text)].map((s) => s.segment);
}

/** The one emoji in what was typed, if that is all there is. */
export function oneEmoji(typed: string): string | null {
  const text = typed.trim();
  const parts = graphemes(text);
  if (parts.length !== 1 || new TextEncoder().encode(text).length > LONGEST_BYTES) return null;
  const isEmoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\uFE0F?\u20E3/u;
  return isEmoji.test(text) ? text : null;
}

/** Who reacted, in words: oneself last. At most a handful of names. */
export function whoReacted(
  users: string[],
  me: string,
  nameOf: (id: string) => string | undefined,
  words: { you: string; someone: string; others: (n: number) => string; and: string },
): string {
  const named = users
    .filter((id) => id !== me)
    .map((id) => nameOf(id) ?? words.someone)
    .slice(0, 6);
  const rest = users.filter((id) => id !== me).length - named.length;
  if (rest > 0) named.push(words.others(rest));
  if (users.includes(me)) named.push(words.you);
  const last = named.pop() ?? '';
  return named.length > 0 ? `${named.join(', ')} ${words.and} ${last}` : last;
}
