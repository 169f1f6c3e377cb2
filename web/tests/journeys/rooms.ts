import type { Visitor } from './visitor.ts';
import { expect, provider, until } from './visitor.ts';
import { agree, BEA, begin, done, row, said, share } from './company.ts';

/** Two people at two browsers, in a thread of the first. */
export interface Pair {
  ada: Visitor;
  bea: Visitor;
  path: string;
}

const bell = (v: Visitor) => v.page.getByRole('button', { name: /^Notifications/ });

/** A thread is shared; the other finds it in the sidebar and is told of it. */
export async function letIn(ada: Visitor, bea: Visitor): Promise<Pair> {
  await bea.context.request.post(`${bea.base}/api/v1/notifications/read`, {
    headers: { 'x-csrf': '1' },
    data: { all: true },
  });
  await bea.go('/');
  await bea.composer.waitFor();
  const path = await begin(ada, 'Where should the river festival be this year?');
  await share(ada, [BEA]);
  await ada.isAccessible('the share dialog');
  await ada.picture('room-share');
  await done(ada);
  await row(bea, path).waitFor();
  await bea.page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  await bell(bea).click();
  await bea.page.getByText('Ada Lovelace added you to a chat').first().waitFor();
  await bea.isAccessible('the bell');
  await bea.picture('room-bell');
  await bea.page.keyboard.press('ArrowDown');
  await bea.page.keyboard.press('Enter');
  await bea.page.waitForURL(`**${path}*`);
  await bea.answers.first().waitFor();
  await bell(bea)
    .and(bea.page.getByRole('button', { name: 'Notifications', exact: true }))
    .waitFor();
  return { ada, bea, path };
}

/** Who is there, who writes, who has read. */
export async function presence({ ada, bea }: Pair): Promise<void> {
  for (const v of [ada, bea]) await v.page.locator('.facepile', { hasText: '2' }).waitFor();
  await bea.composer.pressSequentially('I think of', { delay: 30 });
  await ada.page.getByText('Beatrice is writing…').waitFor();
  await bea.composer.fill('');
  await ada.page.getByText('Beatrice is writing…').waitFor({ state: 'detached' });
  await ada.ask('The meadow by the weir, as last year?');
  await agree([ada, bea], ['The meadow by the weir']);
  // Read out once to those who listen.
  await bea.page
    .getByRole('status')
    .getByText('Ada Lovelace: The meadow by the weir')
    .waitFor({ state: 'attached' });
  await ada.page.getByLabel('Read by Beatrice Shilling').waitFor();
}

/** A mention reaches the other wherever they are; the answer quotes it, a reaction shows at once. */
export async function mention({ ada, bea, path }: Pair): Promise<void> {
  await bea.go('/');
  await bea.composer.waitFor();
  await row(bea, path).waitFor();
  await ada.composer.pressSequentially('@bea');
  await ada.page.getByRole('option', { name: /Beatrice/ }).waitFor();
  await ada.page.keyboard.press('Enter');
  await ada.composer.pressSequentially('could you ask the rowing club?');
  await ada.page.keyboard.press('Enter');
  await bea.page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  await row(bea, path).locator('.badge[data-mention]').waitFor();
  await until('the title counts', async () => /^\(\d+\)/.test(await bea.page.title()));
  await bell(bea).click();
  await bea.page.getByText('Ada Lovelace mentioned you').first().click();
  await bea.page.locator('.mention[data-me]').waitFor();
  await bea.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
  await row(bea, path).locator('.badge').waitFor({ state: 'detached' });

  const asked = bea.page.locator('.turn-said', { hasText: 'rowing club' }).last();
  await asked.hover();
  await asked.getByRole('button', { name: 'Reply' }).click();
  await bea.page.getByText('Replying to Ada Lovelace').waitFor();
  await bea.ask('They say yes, if we bring the lamps.');
  const answer = ada.page.locator('.turn-said', { hasText: 'bring the lamps' });
  await answer.locator('.quote', { hasText: 'rowing club' }).waitFor();
  const theirs = bea.page.locator('.turn-said', { hasText: 'rowing club' }).first();
  await theirs.hover();
  await theirs.getByRole('button', { name: 'React' }).click();
  await bea.page
    .getByRole('dialog', { name: /reaction/i })
    .getByRole('button')
    .first()
    .click();
  const chip = ada.page
    .locator('.turn-said', { hasText: 'rowing club' })
    .first()
    .locator('.reaction');
  await chip.first().waitFor();
  await chip.first().click();
  await bea.page.locator('.reaction', { hasText: '2' }).waitFor();
  await ada.isAccessible('a room');
  await ada.picture('room');
  await bea.picture('room-other');
}

/** A model is asked by name: both watch its words, people go on talking, and either may stop it. */
export async function model({ ada, bea }: Pair): Promise<void> {
  await provider('mock-n400-i40');
  await ada.composer.pressSequentially('@mock-m');
  await ada.page
    .getByRole('option', { name: /mock-m/ })
    .first()
    .waitFor();
  await ada.page.keyboard.press('Enter');
  await ada.composer.pressSequentially('what do the old charts say?');
  await ada.page.keyboard.press('Enter');
  const length = (v: Visitor) =>
    v.page.locator('.turn-answer[aria-busy="true"] .md').last().textContent();
  for (const v of [ada, bea]) await v.page.locator('.turn-answer[aria-busy="true"] .md').waitFor();
  const before = await Promise.all([length(ada), length(bea)]);
  await until('the text grows for both', async () => {
    const now = await Promise.all([length(ada), length(bea)]);
    return now.every((text, i) => (text ?? '').length > (before[i] ?? '').length + 20);
  });
  await bea.ask('While it writes: I have the lamps.');
  await ada.page.locator('.turn-said', { hasText: 'I have the lamps' }).waitFor();
  await ada.page.locator('.turn-answer[aria-busy="true"]').waitFor();
  await ada.picture('room-answer');
  await bea.page.getByRole('button', { name: 'Stop answering' }).click();
  for (const v of [ada, bea]) {
    await v.page.locator('.turn-answer[aria-busy="true"]').waitFor({ state: 'detached' });
    await v.page.getByText('This answer was stopped.').waitFor();
  }
  await provider('');
  await until('both have the same words of it', async () => {
    const texts = await Promise.all(
      [ada, bea].map((v) => v.lastAnswer.locator('.md').last().textContent()),
    );
    return texts[0] === texts[1];
  });
}

/** What one has not seen is counted, also right after leaving; a muted thread is quiet but for mentions. */
export async function unread({ ada, bea, path }: Pair): Promise<void> {
  const badge = row(bea, path).locator('.badge');
  await bea.page.getByRole('button', { name: 'New chat' }).first().click();
  await bea.page.waitForURL((url) => url.pathname === '/');
  await ada.ask('First thing you miss');
  await ada.ask('Second thing you miss');
  await until('two unread', async () => /2$/.test((await badge.textContent()) ?? ''));
  await bea.picture('room-unread');
  await bea.page.reload();
  await until('still two unread', async () => /2$/.test((await badge.textContent()) ?? ''));
  await row(bea, path).locator('.thread-link').click();
  await bea.page.getByText('Second thing you miss').waitFor();
  await badge.waitFor({ state: 'detached' });

  await row(bea, path).hover();
  await row(bea, path).locator('button[aria-haspopup="menu"]').click();
  await bea.page.getByRole('menuitem', { name: 'Mute', exact: true }).click();
  await row(bea, path).getByText('Muted').waitFor({ state: 'attached' });
  await bea.go('/');
  await row(bea, path).waitFor();
  await ada.ask('Nobody rings for this');
  await row(bea, path).locator('.badge[data-quiet]').waitFor();
  await ada.composer.fill('@Beatrice Shilling but for this');
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('Enter');
  await row(bea, path).locator('.badge[data-mention]').waitFor();
  await bea.page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
  await row(bea, path).locator('.thread-link').click();
  await badge.waitFor({ state: 'detached' });
}

async function openShare(v: Visitor) {
  await v.page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = v.page.getByRole('dialog', { name: 'Share this chat' });
  await dialog.getByRole('list', { name: 'People in this chat' }).waitFor();
  return dialog;
}

/** Who may only read has no field to write in; who is taken out sees that it is closed, and nothing more comes. */
export async function closing({ ada, bea, path }: Pair): Promise<void> {
  const heard: string[] = [];
  bea.page.on('websocket', (socket) =>
    socket.on('framereceived', (frame) => heard.push(String(frame.payload))),
  );
  await bea.go(path);
  await bea.page.getByText('but for this').waitFor();
  const role = async (name: 'Can read' | 'Can write') => {
    const dialog = await openShare(ada);
    await dialog.getByLabel('What Beatrice Shilling may do').selectOption({ label: name });
    await done(ada);
  };
  await role('Can read');
  await bea.page.getByText('You can read this chat.').waitFor();
  await bea.composer.waitFor({ state: 'detached' });
  await bea.isAccessible('a room that one may only read');
  await bea.picture('room-viewer');
  await role('Can write');
  await bea.composer.waitFor();

  const dialog = await openShare(ada);
  await dialog.getByRole('button', { name: 'Remove Beatrice Shilling' }).click();
  await bea.page.getByRole('heading', { name: 'This chat is closed to you' }).waitFor();
  await row(bea, path).waitFor({ state: 'detached' });
  await bea.picture('room-closed');
  const from = heard.length;
  await done(ada);
  await ada.ask('A secret among us');
  await ada.page.getByText('A secret among us').waitFor();
  await bea.page.waitForTimeout(1500); // nothing can be waited for where nothing may come
  expect(!heard.slice(from).some((f) => f.includes(path.slice(3))), 'no frame of the thread came');
  expect(!heard.some((f) => f.includes('A secret among us')), 'not a word came');
  expect((await bea.page.getByText('A secret among us').count()) === 0, 'it is not on the page');

  // Let in again, with the page still open: as a reader, at once.
  await share(ada, [BEA]);
  await ada.page.getByLabel('What Beatrice Shilling may do').selectOption({ label: 'Can read' });
  await bea.page.getByText('You can read this chat.').waitFor();
  await bea.page.getByText('A secret among us').waitFor();
  await row(bea, path).waitFor();
  await ada.page.getByLabel('What Beatrice Shilling may do').selectOption({ label: 'Can write' });
  await bea.composer.waitFor();
  await done(ada);
  await bea.ask('Back again');
  await agree([ada, bea], ['A secret among us', 'Back again']);
  expect((await said(ada)).length > 5, 'and all before');
}
