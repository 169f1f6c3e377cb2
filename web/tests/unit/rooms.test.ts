import { describe, expect, it } from 'vitest';
import type { Message, Notification, Thread } from '@/api/contract';
import {
  countAfter,
  firstAfter,
  followsOn,
  newestSeq,
  placeReads,
  placesOf,
} from '@/areas/rooms/placing';
import { news, unreadCount } from '@/areas/rooms/notifications';
import { hasReacted, oneEmoji, toggled, whoReacted } from '@/areas/rooms/reactions';
import { counted } from '@/areas/rooms/unread';
import { willAnswer } from '@/areas/rooms/willAnswer';

const START = Date.parse('2026-03-01T10:00:00Z');
const PENDING = Number.MAX_SAFE_INTEGER;

function message(seq: number, who: string | null, minutes = seq, part: Partial<Message> = {}) {
  return {
    id: `m${seq}`,
    seq,
    role: who ? 'user' : 'assistant',
    author: who ? { id: who, full_name: who, avatar_color: '' } : null,
    created_at: new Date(START + minutes * 60_000).toISOString(),
    reply_to: null,
    ...part,
  } as Message & { reply_to: string | null };
}

describe('reactions', () => {
  it('are added and taken back; the last one takes its emoji along', () => {
    const one = toggled([], '👍', 'ada');
    expect(one).toEqual([{ emoji: '👍', users: ['ada'] }]);
    const two = toggled(toggled(one, '🎉', 'bo'), '👍', 'bo');
    expect(two).toEqual([
      { emoji: '👍', users: ['ada', 'bo'] },
      { emoji: '🎉', users: ['bo'] },
    ]);
    expect(toggled(two, '🎉', 'bo')).toEqual([{ emoji: '👍', users: ['ada', 'bo'] }]);
    expect(one).toEqual([{ emoji: '👍', users: ['ada'] }]);
    expect(hasReacted(two, '👍', 'bo')).toBe(true);
    expect(hasReacted(two, '🎉', 'ada')).toBe(false);
  });

  it('are one emoji, joined ones and flags too, and nothing else', () => {
    for (const emoji of ['👍', ' 🎉 ', '👩‍🚀', '🇵🇹', '👍🏽', '❤️', '1️⃣']) {
      expect(oneEmoji(emoji), emoji).toBe(emoji.trim());
    }
    for (const other of ['', 'a', '1', '👍👍', 'ok 👍', '#']) {
      expect(oneEmoji(other), other).toBeNull();
    }
  });

  it('say whose they are, oneself last', () => {
    const words = {
      you: 'you',
      someone: 'Someone',
      others: (n: number) => `${n} more`,
      and: 'and',
    };
    const name = (id: string) => ({ a: 'Ana', b: 'Bo' })[id];
    expect(whoReacted(['me'], 'me', name, words)).toBe('you');
    expect(whoReacted(['me', 'a', 'b'], 'me', name, words)).toBe('Ana, Bo and you');
    expect(whoReacted(['a', 'x'], 'me', name, words)).toBe('Ana and Someone');
    expect(whoReacted([...'abcdefgh'], 'me', name, words)).toContain('and 2 more');
  });
});

describe('messages of one person in a row', () => {
  it('belong together for five minutes', () => {
    expect(followsOn(message(1, 'ada', 0), message(2, 'ada', 4))).toBe(true);
    expect(followsOn(message(1, 'ada', 0), message(2, 'ada', 6))).toBe(false);
    expect(followsOn(undefined, message(2, 'ada'))).toBe(false);
  });

  it('do not belong to others, to answers or to replies', () => {
    expect(followsOn(message(1, 'ada', 0), message(2, 'bo', 1))).toBe(false);
    expect(followsOn(message(1, null, 0), message(2, null, 1))).toBe(false);
    expect(followsOn(message(1, 'ada', 0), message(2, 'ada', 1, { reply_to: 'm0' }))).toBe(false);
  });

  it('are parted by the line of what is new', () => {
    const places = placesOf([message(1, 'bo', 0), message(2, 'bo', 1)], [], 'm2', 'ada');
    expect(places.map((p) => [p.joined, p.fresh])).toEqual([
      [false, false],
      [false, true],
    ]);
  });
});

describe('read marks', () => {
  const list = [message(1, 'ada'), message(3, 'bo'), message(6, null), message(PENDING, 'ada', 9)];

  it('stand at the last message that they cover', () => {
    const placed = placeReads(
      list,
      [
        { user_id: 'bo', seq: 1 },
        { user_id: 'cy', seq: 5 },
      ],
      'ada',
    );
    expect([...placed]).toEqual([
      ['m1', ['bo']],
      ['m3', ['cy']],
    ]);
  });

  it('stand together, never on what is not stored, on one’s own words, or for oneself', () => {
    const reads = ['ada', 'bo', 'cy', 'di'].map((user_id) => ({ user_id, seq: 99 }));
    expect([...placeReads(list, reads, 'ada')]).toEqual([['m6', ['bo', 'cy', 'di']]]);
    expect(placeReads(list, [{ user_id: 'bo', seq: 3 }], 'ada').size).toBe(0);
    expect(placeReads(list, [{ user_id: 'bo', seq: 0 }], 'ada').size).toBe(0);
  });
});

describe('what is new', () => {
  const list = [message(1, 'bo'), message(2, 'ada'), message(4, 'bo'), message(5, null)];

  it('is what others wrote after the mark', () => {
    expect(firstAfter(list, 1, 'ada')).toBe('m4');
    expect(countAfter(list, 1, 'ada')).toBe(2);
    expect(firstAfter(list, 5, 'ada')).toBeNull();
    expect(newestSeq([...list, message(PENDING, 'ada', 9)])).toBe(5);
    expect(newestSeq([])).toBe(0);
  });

  it('counts in the title; of a muted thread only a mention', () => {
    const thread = (part: Partial<Thread>) => counted(part as Thread);
    expect(thread({ unread: 3 })).toBe(3);
    expect(thread({ unread: 3, muted: true })).toBe(0);
    expect(thread({ unread: 3, muted: true, mentioned: true })).toBe(1);
    expect(thread({ unread: 0 })).toBe(0);
  });

  it('is told once, and not when it was read elsewhere', () => {
    const note = (id: string, read_at: string | null = null) => ({ id, read_at }) as Notification;
    expect(news([note('a')], [note('b'), note('c', 'now'), note('a')]).map((n) => n.id)).toEqual([
      'b',
    ]);
    expect(unreadCount([note('a'), note('b', 'now')])).toBe(1);
    expect(unreadCount(undefined)).toBe(0);
  });
});

describe('whether a model answers', () => {
  const model = { kind: 'model' as const, id: 'm', name: 'm' };
  const person = { kind: 'person' as const, id: 'p', name: 'p' };
  const given = { shared: true, answers: 'mentioned' as const, mentions: [], chosen: null };

  it('is as the thread says, or as a mention asks', () => {
    expect(willAnswer(given)).toEqual({ answered: false, reply: undefined });
    expect(willAnswer({ ...given, answers: 'always' }).answered).toBe(true);
    expect(willAnswer({ ...given, mentions: [model] })).toEqual({
      answered: true,
      reply: undefined,
    });
    expect(willAnswer({ ...given, mentions: [person] }).answered).toBe(false);
    expect(willAnswer({ ...given, shared: false, answers: undefined }).answered).toBe(true);
  });

  it('is as the person chose for this message, and only then the server is told', () => {
    expect(willAnswer({ ...given, chosen: true })).toEqual({ answered: true, reply: true });
    expect(willAnswer({ ...given, answers: 'always', chosen: false })).toEqual({
      answered: false,
      reply: false,
    });
    expect(willAnswer({ ...given, chosen: false })).toEqual({ answered: false, reply: undefined });
  });
});
