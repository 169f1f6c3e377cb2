import type { Message, ReadMark } from '@/api/contract';

type Placed = Pick<Message, 'id' | 'seq' | 'role' | 'author' | 'created_at' | 'reply_to'>;

const TOGETHER_MS = 5 * 60_000;

/** Not yet stored: it has no number of its own. */
export function isPending(message: Pick<Message, 'seq'>): boolean {
  return message.seq === Number.MAX_SAFE_INTEGER;
}

/** The same person goes on writing: name and picture need not be said again. */
export function followsOn(before: Placed | undefined, message: Placed): boolean {
  if (!before || before.role !== 'user' || message.role !== 'user') return false;
  if (!before.author || before.author.id !== message.author?.id) return false;
  if (message.reply_to) return false;
  return Date.parse(message.created_at) - Date.parse(before.created_at) < TOGETHER_MS;
}

/**
 * Up to where the others have read: at the last message that their mark covers. Nobody's own message
 * carries their mark; that they have seen it goes without saying.
 */
export function placeReads(
  messages: Placed[],
  reads: ReadMark[],
  me: string,
): Map<string, string[]> {
  const placed = new Map<string, string[]>();
  for (const { user_id, seq } of reads) {
    if (user_id === me) continue;
    const last = messages.findLast((m) => m.seq <= seq && !isPending(m));
    if (!last || last.author?.id === user_id) continue;
    const there = placed.get(last.id);
    if (there) there.push(user_id);
    else placed.set(last.id, [user_id]);
  }
  return placed;
}

function isForeign(message: Placed, me: string): boolean {
  return !isPending(message) && message.author?.id !== me;
}

/** The first message of others after a position. */
export function firstAfter(messages: Placed[], seq: number, me: string): string | null {
  return messages.find((m) => m.seq > seq && isForeign(m, me))?.id ?? null;
}

export function countAfter(messages: Placed[], seq: number, me: string): number {
  return messages.filter((m) => m.seq > seq && isForeign(m, me)).length;
}

/** The newest number among stored messages; 0 where there is none. */
export function newestSeq(messages: Pick<Message, 'seq'>[]): number {
  return messages.reduce((top, m) => (isPending(m) ? top : Math.max(top, m.seq)), 0);
}

/** What a message's place among the others says about how it is shown. */
export interface InRoom {
  /** The same person goes on writing. */
  joined: boolean;
  /** The line “New” stands above it. */
  fresh: boolean;
  /** Those who have read up to here. */
  readers: string[];
}

export const ALONE: InRoom = { joined: false, fresh: false, readers: [] };

export function samePlace(a: InRoom, b: InRoom): boolean {
  return a.joined === b.joined && a.fresh === b.fresh && a.readers.join() === b.readers.join();
}

/** The places of all messages of a room. */
export function placesOf(
  messages: Placed[],
  reads: ReadMark[],
  fresh: string | null,
  me: string,
): InRoom[] {
  const readers = placeReads(messages, reads, me);
  return messages.map((message, i) => ({
    joined: message.id !== fresh && followsOn(messages[i - 1], message),
    fresh: message.id === fresh,
    readers: readers.get(message.id) ?? [],
  }));
}
