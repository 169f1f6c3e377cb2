import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Loaded } from '@/areas/chat/messages';
import { receiveAnswered, receiveMessages } from '@/areas/chat/messages';

const THREAD = 'thread';

function message(id: string, parent: string | null, more: Partial<Message> = {}): Message {
  const at = '2026-01-01T00:00:00Z';
  return { id, parent_id: parent, status: 'complete', updated_at: at, seq: 1, ...more } as Message;
}

function shown(): string[] {
  return queryClient.getQueryData<Loaded>(keys.messages(THREAD))?.messages.map((m) => m.id) ?? [];
}

describe('events that come together', () => {
  const [asked, answer] = [message('asked', 'old'), message('answer', 'asked')];

  beforeEach(() => {
    const messages = [message('first', null), message('old', 'first')];
    queryClient.setQueryData<Loaded>(keys.messages(THREAD), { messages, older: null });
  });

  it('take nothing off the page before the last one says where the thread ends', () => {
    receiveAnswered(THREAD, [asked, answer], 'answer');
    // The first of them knows nothing of the end.
    receiveMessages(THREAD, [message('first', null)], null);
    expect(shown()).toEqual(['first', 'old', 'asked', 'answer']);
    receiveMessages(THREAD, [answer], 'answer');
    expect(shown()).toEqual(['first', 'old', 'asked', 'answer']);
  });

  it('are placed once the last one has said it', () => {
    receiveMessages(THREAD, [asked], null);
    expect(shown()).toEqual(['first', 'old']);
    receiveMessages(THREAD, [answer], 'answer');
    expect(shown()).toEqual(['first', 'old', 'asked', 'answer']);
  });

  it('do not bring back what was newer on the page', () => {
    receiveMessages(THREAD, [message('asked', 'old', { status: 'streaming' })], null);
    receiveAnswered(THREAD, [asked, answer], 'answer');
    receiveMessages(THREAD, [answer], 'answer');
    const loaded = queryClient.getQueryData<Loaded>(keys.messages(THREAD));
    expect(loaded?.messages.map((m) => m.status)).toEqual(Array(4).fill('complete'));
  });
});
