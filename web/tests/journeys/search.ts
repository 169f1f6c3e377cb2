import { addKey, firstRun } from './first-run.ts';
import { expect, until } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** What is said in the threads that are searched, each with a word that no other journey says. */
const SAID = {
  word: 'A kingfisher nests under the weir, I saw it on Tuesday.',
  meaning: 'The mechanic will repair our old car for a fair price.',
  other: 'Nobody has seen the otters since March.',
};
const TITLE = 'Birds of the millpond';

interface Body {
  data?: object;
  multipart?: Record<string, { name: string; mimeType: string; buffer: Buffer }>;
}

/** A call beside the page, with its session, renewed where it is over. */
async function api<T>(v: Visitor, method: 'get' | 'post', path: string, body: Body = {}) {
  const headers = { 'x-csrf': '1' };
  const { request } = v.context;
  const call = () => request[method](`${v.base}/api/v1${path}`, { headers, ...body });
  let answer = await call();
  if (answer.status() === 401) {
    await request.post(`${v.base}/api/v1/auth/refresh`, { headers, data: {} });
    answer = await call();
  }
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}`);
  return ((await answer.json()) as { data: T }).data;
}

async function say(v: Visitor, threadId: string, content: string): Promise<string> {
  const { message } = await api<{ message: { id: string } }>(
    v,
    'post',
    `/threads/${threadId}/messages`,
    { data: { content, reply: false } },
  );
  return message.id;
}

function found(v: Visitor, q: string, mode = 'hybrid') {
  const query = new URLSearchParams({ q, mode }).toString();
  return api<{ hits: { id: string; kind: string }[] }>(v, 'get', `/search?${query}`);
}

/** Signed in, on a server where somebody may have been already or not. */
export async function arrive(v: Visitor): Promise<void> {
  await v.go('/sign-in');
  await v.page.getByLabel('E-mail').waitFor();
  if ((await v.page.getByLabel('Your name').count()) === 0) return v.signIn();
  await firstRun(v);
  await addKey(v);
}

const box = (v: Visitor) => v.page.getByRole('combobox', { name: 'Search and commands' });

async function palette(v: Visitor, words: string): Promise<void> {
  await v.page.keyboard.press('Control+k');
  await box(v).fill(words);
}

/** Until the very message is in sight, and marked as what was meant. */
async function standsAt(v: Visitor, messageId: string): Promise<void> {
  await v.page.waitForURL(`**?m=${messageId}`);
  const message = v.page.locator(`[data-message="${messageId}"]`);
  await message.and(v.page.locator('[data-marked]')).waitFor();
  await until('the message is in sight', () =>
    message.evaluate((e) => {
      const { top, bottom } = e.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }),
  );
}

/** Something said in one thread, with much said after it; found by a word as one types, opened at the very place. */
export async function byWord(v: Visitor): Promise<void> {
  const { page } = v;
  await arrive(v);
  const birds = await api<{ id: string }>(v, 'post', '/threads', { data: { title: TITLE } });
  const wanted = await say(v, birds.id, SAID.word);
  for (let i = 1; i <= 70; i++)
    await say(v, birds.id, `Another remark about the pond, number ${i}`);
  const other = await api<{ id: string }>(v, 'post', '/threads', {
    data: { title: 'The workshop' },
  });
  await say(v, other.id, SAID.meaning);
  await say(v, other.id, SAID.other);
  await until('what was said can be found', async () => {
    const { hits } = await found(v, 'kingfisher');
    return hits.some((hit) => hit.id === wanted);
  });

  await v.go('/');
  await v.composer.waitFor();
  await palette(v, 'kingf');
  const option = page.getByRole('option', { name: /kingfisher nests under the weir/ });
  await option.waitFor();
  await option.locator('mark', { hasText: /^kingf/ }).waitFor();
  await page.getByRole('group', { name: 'Messages' }).waitFor();
  await page
    .getByRole('status')
    .getByText(/\d results?/)
    .waitFor({ state: 'attached' });
  await v.isAccessible('the palette with what was found');
  await v.picture('search-palette');
  const at = () => box(v).getAttribute('aria-activedescendant');
  const id = await option.getAttribute('id');
  for (let i = 0; i < 20 && (await at()) !== id; i++) await page.keyboard.press('ArrowDown');
  expect((await at()) === id, 'the arrows lead to it');
  await page.keyboard.press('Enter');
  await standsAt(v, wanted);

  // Once more to the same place, from the end of the thread.
  await page.locator('.messages').evaluate((e) => e.scrollTo({ top: e.scrollHeight }));
  await palette(v, 'kingfisher');
  await option.click();
  await standsAt(v, wanted);
}

/** People and chats are offered while one types; a chat's own menu begins there. */
export async function operators(v: Visitor): Promise<void> {
  const { page } = v;
  await page
    .getByRole('button', { name: `Options for ${TITLE}` })
    .last()
    .click();
  await page.getByRole('menuitem', { name: 'Search in this chat' }).click();
  expect((await box(v).inputValue()) === `in:"${TITLE}" `, 'the chat is named already');
  await box(v).pressSequentially('kingfisher');
  await page.getByRole('option', { name: /kingfisher nests/ }).waitFor();
  await box(v).fill('otters in:mill');
  await page.getByRole('option', { name: TITLE }).first().waitFor();
  await page.keyboard.press('Enter');
  await until('the chat is put in', async () =>
    (await box(v).inputValue()).startsWith(`otters in:"${TITLE}"`),
  );
  await page.getByText('Nothing found for').waitFor();
  await box(v).fill('otters from:ada');
  await page.getByRole('option', { name: 'Ada Lovelace', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('option', { name: /seen the otters/ }).waitFor();
  await box(v).fill('?');
  await page.getByRole('option', { name: /before:/ }).waitFor();
  await v.isAccessible('the help of the palette');
}

/** What a file says leads to the file, at the page where it says it. */
export async function inFiles(v: Visitor): Promise<void> {
  const { page } = v;
  const { id } = await api<{ id: string }>(v, 'post', '/files', {
    multipart: {
      file: {
        name: 'Oven book.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('The oven was serviced in March, and the flue was swept.\n'),
      },
    },
  });
  const begun = Date.now();
  while (!(await found(v, 'serviced')).hits.some((hit) => hit.id === id)) {
    expect(Date.now() - begun < 60_000, 'what the file says can be found');
    await page.waitForTimeout(300);
  }
  await box(v).fill('serviced');
  const option = page.getByRole('group', { name: 'Files' }).getByRole('option').first();
  await option.getByText('Oven book.txt').waitFor();
  await option.locator('mark', { hasText: 'serviced' }).waitFor();
  await option.click();
  await page.waitForURL(`**/files/${id}**`);
  await page.getByText('Oven book.txt').first().waitFor();
  await palette(v, '');
}

/** Everything on its page: narrowed down, by chat, kept in the address and in what was lately asked. */
export async function resultsPage(v: Visitor): Promise<void> {
  const { page } = v;
  await box(v).fill('remark pond');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/search\?q=/);
  const hits = page.locator('.hit');
  await hits.first().waitFor();
  await page.getByRole('status').getByText('20 results or more').waitFor();
  await page.mouse.move(700, 600);
  await page.mouse.wheel(0, 4000);
  await until('more of them', async () => (await hits.count()) > 30);
  await page.mouse.wheel(0, -9000);

  const field = page.getByRole('textbox', { name: 'Search for' });
  await field.fill('kingfisher');
  await hits.getByText('nests under the weir').waitFor();
  await page.getByRole('button', { name: /^Who wrote it/ }).click();
  await page.getByRole('searchbox', { name: 'Find a person' }).fill('ada');
  await page.getByRole('radio', { name: 'Ada Lovelace' }).waitFor();
  await page.keyboard.press('Enter');
  await until('the person stands in the words', async () =>
    (await field.inputValue()).includes('from:"Ada Lovelace"'),
  );
  await hits.getByText('nests under the weir').waitFor();
  await page.getByRole('button', { name: /^When/ }).click();
  await v.isAccessible('the days of a search');
  await page.getByLabel('Before', { exact: true }).fill('2020-01-01');
  await page.getByRole('heading', { name: /^Nothing found for/ }).waitFor();
  await page.keyboard.press('Escape');
  await v.isAccessible('a search that found nothing');
  await v.picture('search-nothing');
  await page.getByRole('button', { name: 'Search without filters' }).click();
  await hits.getByText('nests under the weir').waitFor();
  await v.isAccessible('the page of what was found');
  await v.picture('search-page');

  await page.reload();
  await hits.getByText('nests under the weir').waitFor();
  await field.press('ArrowDown');
  const link = page.locator('.hit a', { hasText: 'nests under the weir' });
  for (let i = 0; i < 10 && !(await link.evaluate((e) => e === document.activeElement)); i++) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\//);
  await page.goBack();
  await hits.getByText('nests under the weir').waitFor();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('button', { name: 'kingfisher', exact: true }).waitFor();
  await v.isAccessible('the beginning of a search');
  await v.picture('search-start');
  await page.getByRole('button', { name: 'Forget “kingfisher”' }).click();
  await page
    .getByRole('button', { name: 'kingfisher', exact: true })
    .waitFor({ state: 'detached' });
}

/** What means the same is found in other words; the very words are not there. */
export async function byMeaning(v: Visitor): Promise<void> {
  const { page } = v;
  await page.getByRole('textbox', { name: 'Search for' }).fill('automobile');
  const hit = page.locator('.hit').getByText('repair our old car');
  const mode = async (name: RegExp) => {
    await page.getByRole('button', { name: /^How it is searched/ }).click();
    await page.getByRole('radio', { name }).click();
  };
  await page.getByRole('button', { name: /^How it is searched/ }).waitFor();
  await mode(/^Meaning/);
  await hit.waitFor();
  await page.waitForURL(/mode=semantic/);
  await v.picture('search-meaning');
  await mode(/^Exact words/);
  await page.getByRole('heading', { name: /^Nothing found for/ }).waitFor();
  await hit.waitFor({ state: 'detached' });
}

/** Without a network the titles of this device are searched. */
export async function withoutNetwork(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/search');
  await page.getByRole('search').waitFor();
  await page.waitForTimeout(2_000); // what was read is kept a moment later
  await v.context.setOffline(true);
  try {
    await page.getByRole('textbox', { name: 'Search for' }).fill('birds mill');
    await page.getByText('You are offline.').waitFor();
    await page.locator('.hit').getByText('Birds').waitFor();
    await v.isAccessible('a search without a network');
    await v.picture('search-offline');
  } finally {
    await v.context.setOffline(false);
  }
}

/** On a phone: from the drawer to the page, nothing wider than the screen, targets one can hit. */
export async function onPhone(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn();
  await page.getByRole('button', { name: 'Open sidebar' }).click();
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('kingfisher');
  await page.getByRole('link', { name: /^Search messages and files/ }).tap();
  await page.locator('.hit').first().waitFor();
  await page.locator('.sidebar[data-drawer]').waitFor({ state: 'detached' });
  await fits(v, 'the search');
  await v.isAccessible('the search on a phone');
  await v.picture('phone-search');
  await page.locator('.hit a').getByText('nests under').tap();
  await page.waitForURL(/\/c\//);
  await page.locator('[data-marked]').waitFor();
}

export async function fits(v: Visitor, what: string): Promise<void> {
  const wide = await v.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(!wide, `${what} fits the screen`);
  const small = await v.page.evaluate(() =>
    [...document.querySelectorAll('main button, main a.btn, main select, main .input, .hit a')]
      .map((e) => ({ e, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height < 43.5)
      .map(({ e }) => (e.textContent ?? '').trim() || e.className),
  );
  expect(small.length === 0, `targets of 44 pixels, not: ${small.join(', ')}`);
}
