import type { Message } from '../../src/api/contract.ts';
import { addMessage, addThread } from './chat.ts';
import { makeAccount } from './identity.ts';
import { addMember, notifications } from './rooms.ts';
import type { Account } from './store.ts';
import { id } from './store.ts';

const MINUTE = 60_000;
const at = (ago: number) => new Date(Date.now() - ago * MINUTE).toISOString();

/** A room with people and models in the middle of something, and what it leaves in the bell. */
export function seedRoom(ada: Account, grace: Account): void {
  const linus = makeAccount('linus@example.org', 'a long password', 'Linus Berg');
  const mina = makeAccount('mina@example.org', 'a long password', 'Mina Okonkwo');
  makeAccount('tomas@example.org', 'a long password', 'Tomás Ferreira');
  const room = addThread({ title: 'Menu for the spring market', owner_id: ada.id });
  addMember(room, ada, 'owner');
  addMember(room, grace, 'member');
  addMember(room, linus, 'member');
  addMember(room, mina, 'viewer');
  let parent: string | null = null;
  const say = (who: Account | null, ago: number, content: string, part: Partial<Message> = {}) => {
    const author = who && {
      id: who.id,
      full_name: who.full_name,
      avatar_color: who.avatar_color,
    };
    const m = addMessage(room, {
      parent_id: parent,
      author,
      role: who ? 'user' : 'assistant',
      content,
      created_at: at(ago),
      ...part,
    });
    parent = m.id;
    return m;
  };
  const person = (a: Account) => ({ kind: 'person' as const, id: a.id, name: a.full_name });
  const mini = { kind: 'model' as const, id: 'openai/gpt-5-mini', name: 'GPT-5 mini' };
  const first = say(grace, 64, 'Morning! The market is in three weeks. What do we bring?', {
    reactions: [{ emoji: '👋', users: [ada.id, linus.id] }],
  });
  say(grace, 63, 'Last year the rye sold out by eleven, and the brioche did not.');
  say(ada, 58, 'Then rye twice. @Linus can the old oven take two batches before six?', {
    mentions: [person(linus)],
  });
  say(linus, 50, 'It can, if the dough is shaped the evening before.', {
    reply_to: first.id,
    reactions: [
      { emoji: '👍', users: [ada.id, grace.id, mina.id] },
      { emoji: '🔥', users: [grace.id] },
    ],
  });
  say(ada, 41, '@gpt-5-mini how much flour is that for 80 loaves of 900 g?', { mentions: [mini] });
  const sum = say(
    null,
    41,
    'For **80 loaves of 900 g** you need about 72 kg of baked bread. At 12 % loss in the oven and 70 % hydration:\n\n| | Weight |\n|---|---|\n| Dough | 81.8 kg |\n| Flour | 47.5 kg |\n| Water | 33.3 kg |\n| Salt | 1.0 kg |\n\nTake two sacks of 25 kg; that leaves a little for dusting.',
    {
      model: 'openai/gpt-5-mini',
      provider: 'openai',
      reactions: [{ emoji: '🙏', users: [ada.id] }],
      usage: {
        input_tokens: 512,
        output_tokens: 131,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_micros: 940,
        first_word_ms: 260,
        total_ms: 2300,
      },
    },
  );
  say(mina, 20, 'I can order the flour today.');
  const last = say(
    grace,
    4,
    '@Ada shall I book the second stall as well? They hold it until noon.',
    {
      mentions: [person(ada)],
      reply_to: sum.id,
    },
  );
  room.last_message_at = last.created_at;
  room.unread = 2;
  room.mentioned = true;
  room.read_seq = sum.seq;
  const note = (
    kind: 'mention' | 'reply' | 'reaction' | 'added',
    actor: Account,
    ago: number,
    message: Message | null,
    snippet: string | null,
    read = false,
  ) => ({
    id: id(),
    kind,
    thread_id: room.id,
    message_id: message?.id ?? null,
    actor: { id: actor.id, full_name: actor.full_name, avatar_color: actor.avatar_color },
    snippet,
    created_at: at(ago),
    read_at: read ? at(ago - 1) : null,
  });
  notifications.set(ada.id, [
    note('mention', grace, 4, last, last.content),
    note('reaction', linus, 30, first, '🔥'),
    note('reply', linus, 50, first, 'It can, if the dough is shaped the evening before.', true),
    note('added', mina, 60 * 26, null, null, true),
  ]);
  const quiet = addThread({ title: 'Flour prices', owner_id: grace.id, muted: true, unread: 5 });
  addMember(quiet, grace, 'owner');
  addMember(quiet, ada, 'viewer');
  addMessage(quiet, {
    author: { id: grace.id, full_name: grace.full_name, avatar_color: grace.avatar_color },
    content: 'Rye went up again.',
    created_at: at(90),
  });
  quiet.last_message_at = at(90);
}
