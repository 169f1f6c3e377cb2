import { addAssistant } from './assistants.ts';
import { seedBusiness } from './businessSources.ts';
import { seedWork } from './businessWork.ts';
import { addMessage, addThread } from './chat.ts';
import { listed } from './files.ts';
import { makeAccount } from './identity.ts';
import { seedFiles } from './seedFiles.ts';
import { seedRoom } from './seedRoom.ts';
import { note, now, store } from './store.ts';
import { RICH, SHORT } from './texts.ts';

const TITLES = [
  'Quarterly figures for the board',
  'Why the build is slow on Fridays',
  'A name for the new bakery',
  'Rust lifetimes, once more',
  'Translate the supplier contract',
  'Holiday rota for December',
  'Regex for order numbers',
  'Letter to the landlord',
  'How confluences mix',
  'SQL: revenue by week',
  'Interview questions for a baker',
  'Menu for the summer party',
  'What the new VAT rules mean',
  'Backup plan for the database',
];
const DAY = 86_400_000;

/** A lived-in instance: sign in as ada@example.org with “a long password”. */
export function seed(): void {
  const ada = makeAccount('ada@example.org', 'a long password', 'Ada Lovelace');
  const grace = makeAccount('grace@example.org', 'a long password', 'Grace Hopper');
  if (store.workspace) store.workspace.name = 'Millbrook Bakery';
  const author = { id: ada.id, full_name: ada.full_name, avatar_color: ada.avatar_color };
  const openai = store.providers.find((p) => p.provider === 'openai');
  openai?.keys.push({
    scope: 'workspace',
    masked: 'sk-…9f2c',
    base_url: null,
    is_valid: true,
    checked_at: now(),
    error: null,
  });
  seedBusiness();
  seedWork();
  const ages = [0, 0, 0, 1, 1, 2, 3, 5, 6, 12, 20, 33, 50, 70];
  TITLES.forEach((title, i) => {
    const at = new Date(Date.now() - (ages[i] ?? 0) * DAY - i * 60_000).toISOString();
    const t = addThread({
      title,
      owner_id: ada.id,
      pinned: i === 8 || i === 9,
      visibility: i === 0 ? 'workspace' : 'private',
    });
    const q = addMessage(t, {
      author,
      content: 'What is a tributary, and how do its waters add up?',
    });
    addMessage(t, {
      parent_id: q.id,
      role: 'assistant',
      content: i % 2 ? SHORT : RICH,
      model: 'openai/gpt-5-mini',
      provider: 'openai',
      usage: {
        input_tokens: 412,
        output_tokens: 631,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_micros: 1840,
        first_word_ms: 260,
        total_ms: 4300,
      },
    });
    t.last_message_at = at;
    note(ada, 'thread.create', title);
  });
  seedFiles(ada);
  seedRoom(ada, grace);
  addAssistant({
    name: 'Recipe keeper',
    system_prompt:
      'You keep the recipes of a small bakery. Scale amounts when asked, and say how long each step takes.',
    style: 'Short sentences, metric units.',
    model: 'openai/gpt-5-mini',
    knowledge: listed()
      .slice(0, 2)
      .map((f) => f.id),
  });
  addAssistant({
    name: 'Letter writer',
    system_prompt: 'Write letters for the bakery. Ask for what is missing first.',
  });
  const long = addThread({ title: 'Two thousand messages', owner_id: ada.id });
  let parent: string | null = null;
  for (let i = 0; i < 1000; i++) {
    const q = addMessage(long, { author, content: `Question ${i + 1}`, parent_id: parent });
    const content = i % 5 === 0 ? RICH : `${SHORT} (${i + 1})`;
    parent = addMessage(long, { role: 'assistant', parent_id: q.id, content }).id;
  }
  long.last_message_at = new Date(Date.now() - 8 * DAY).toISOString();
}
