import type { Message } from '@/api/contract';

type Known = Pick<Message, 'id' | 'thread_id' | 'role'> & Partial<Message>;

/** A message that the server does not have, or not yet, as it will look: it stands after all that are stored. */
export function unstored(known: Known, at: number): Message {
  const now = new Date(at).toISOString();
  return {
    parent_id: null,
    author: null,
    content: '',
    reasoning: null,
    status: 'complete',
    error: null,
    model: null,
    provider: null,
    usage: null,
    attachments: [],
    metadata: {},
    mentions: [],
    reactions: [],
    reply_to: null,
    siblings: [],
    seq: Number.MAX_SAFE_INTEGER,
    client_id: null,
    created_at: now,
    updated_at: now,
    ...known,
  };
}
