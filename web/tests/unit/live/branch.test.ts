import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/api/contract';
import { place, placeNewest, UNKNOWN } from '../../../src/live/branch';
import { append } from '../../../src/live/generation';
import { backoff } from '../../../src/live/outbox';
import { withReaction } from '../../../src/live/reactions';

function message(id: string, parent: string | null, content = id): Message {
  return { id, parent_id: parent, content } as Message;
}
const ids = (messages: Message[] = []) => messages.map((m) => m.id).join('');
const abc = [message('a', null), message('b', 'a'), message('c', 'b')];

describe('place', () => {
  it('adds what follows', () => {
    const next = place({ messages: abc, older: null }, [message('d', 'c')], 'd');
    expect(ids(next?.messages)).toBe('abcd');
  });
  it('changes what is there, in its place', () => {
    const next = place({ messages: abc, older: null }, [message('b', 'a', 'new')], null);
    expect(next?.messages[1]?.content).toBe('new');
    expect(ids(next?.messages)).toBe('abc');
  });
  it('goes over to another branch', () => {
    const next = place({ messages: abc, older: null }, [message('x', 'a')], 'x');
    expect(ids(next?.messages)).toBe('ax');
  });
  it('lets a message of another branch be', () => {
    const next = place({ messages: abc, older: null }, [message('x', 'a')], 'c');
    expect(ids(next?.messages)).toBe('abc');
  });
  it('keeps the way to what is older', () => {
    const tail = [message('m', 'l'), message('n', 'm')];
    const next = place({ messages: tail, older: 'cursor' }, [message('o', 'n')], 'o');
    expect(next).toMatchObject({ older: 'cursor' });
    expect(ids(next?.messages)).toBe('mno');
  });
  it('says when the branch cannot be known from here', () => {
    const tail = [message('m', 'l'), message('n', 'm')];
    expect(place({ messages: tail, older: 'cursor' }, [message('z', 'y')], 'z')).toBeNull();
    expect(place({ messages: abc, older: null }, [], 'unheard')).toBeNull();
    expect(place({ messages: tail, older: 'cursor' }, [message('x', 'k')], 'x')).toBeNull();
  });
  it('begins an empty thread', () => {
    const next = place({ messages: [], older: null }, [message('b', 'a'), message('a', null)], 'b');
    expect(ids(next?.messages)).toBe('ab');
    expect(place({ messages: [], older: null }, [], null)).toEqual({ messages: [], older: null });
  });
  it('ends, even if two messages follow each other in a circle', () => {
    const circle = [message('a', 'b'), message('b', 'a')];
    expect(() => place({ messages: circle, older: null }, [], 'a')).not.toThrow();
  });
});

describe('placeNewest', () => {
  const newest = [message('c', 'b'), message('d', 'c')];
  it('stands alone where nothing was', () => {
    expect(placeNewest(undefined, newest)).toEqual({ messages: newest, older: UNKNOWN });
    expect(placeNewest(undefined, abc).older).toBeNull();
    expect(placeNewest({ messages: abc, older: null }, [])).toEqual({ messages: [], older: null });
  });
  it('goes onto what was loaded', () => {
    const next = placeNewest({ messages: abc, older: 'cursor' }, newest);
    expect(ids(next.messages)).toBe('abcd');
    expect(next.older).toBe('cursor');
  });
  it('replaces what it does not meet', () => {
    const next = placeNewest({ messages: [message('q', null)], older: null }, newest);
    expect(ids(next.messages)).toBe('cd');
  });
});

describe('small laws', () => {
  it('text cut and sent in any order and number becomes itself', () => {
    const text = 'Größe 😀👩‍👩‍👧 日本 and so on, until the end.';
    for (let size = 1; size < 9; size++) {
      let have = '';
      for (let round = 0; round < text.length; round++) {
        for (let o = 0; o < text.length; o += size) {
          have = append(have, o, text.slice(o, o + size + (round % 3))) ?? have;
        }
      }
      expect(have).toBe(text);
    }
  });
  it('the wait never leaves its bounds', () => {
    for (let tries = 0; tries < 200; tries++) {
      expect(backoff(tries, 1)).toBeLessThanOrEqual(30_000);
      expect(backoff(tries, 0)).toBe(0);
    }
    expect(backoff(0, 1)).toBe(500);
  });
  it('a reaction is there once for each person, and goes with the last', () => {
    const one = withReaction([], '👍', 'u1', true);
    expect(withReaction(one, '👍', 'u1', true)).toEqual([{ emoji: '👍', users: ['u1'] }]);
    const two = withReaction(one, '👍', 'u2', true);
    expect(two).toEqual([{ emoji: '👍', users: ['u1', 'u2'] }]);
    expect(withReaction(two, '👍', 'u1', false)).toEqual([{ emoji: '👍', users: ['u2'] }]);
    expect(withReaction(one, '👍', 'u1', false)).toEqual([]);
    expect(withReaction(one, '🎉', 'u1', false)).toEqual(one);
  });
});
