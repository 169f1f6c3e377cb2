import { BEA } from './company.ts';
import { expect } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** On a phone: the drawer, a conversation, nothing wider than the screen, targets one can hit. */
export async function phone(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn();
  await v.picture('phone-new');
  await page.getByRole('button', { name: 'Open sidebar' }).click();
  await page.locator('.sidebar[data-drawer]').waitFor();
  await page.waitForTimeout(400);
  await v.isAccessible('the drawer');
  await v.picture('phone-drawer');
  await page.locator('.thread-link').first().click();
  await page.locator('.turn-answer').first().waitFor();
  await v.isAccessible('a conversation on a phone');
  await v.picture('phone-chat');
  for (const path of ['/keys', '/settings', '/settings/security', '/usage', '/workspace']) {
    await v.go(path);
    await page.locator('.section, .table').first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(!wide, `${path} fits the screen`);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('main button, main a.btn, main select, main .input')]
        .map((e) => ({ e, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height < 43.5)
        .map(({ e }) => (e.textContent ?? '').trim() || e.className),
    );
    expect(small.length === 0, `targets of 44 pixels on ${path}, not: ${small.join(', ')}`);
    await v.picture(`phone${path.replaceAll('/', '-')}`);
  }
}

/** A room on a phone: its talk, the people in it, a mention and a reaction by touch. */
export async function phoneRoom(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn(BEA);
  await page.getByRole('button', { name: 'Open sidebar' }).click();
  await page.locator('.thread', { hasText: 'Shared' }).first().locator('.thread-link').click();
  await page.locator('.sidebar[data-drawer]').waitFor({ state: 'detached' });
  await page.locator('.turn-said').first().waitFor();
  await v.composer.pressSequentially('@ad');
  await page.getByRole('option', { name: /Ada/ }).tap();
  await v.composer.pressSequentially('from my phone');
  await v.isAccessible('a room on a phone');
  await v.picture('phone-room');
  await page.getByRole('button', { name: 'Send' }).tap();
  const sent = page.locator('.turn-said', { hasText: 'from my phone' }).last();
  await sent.getByRole('button', { name: 'More about this message' }).tap();
  await page.getByRole('menu', { name: 'More about this message' }).waitFor();
  await v.picture('phone-room-more');
  await page.getByRole('group', { name: 'Choose a reaction' }).getByRole('menuitem').first().tap();
  await sent.locator('.reaction').first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(!wide, 'the room fits the screen');
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('.composer button, .chat-head button, .said-tools button')]
      .map((e) => ({ e, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
      .map(({ e }) => e.getAttribute('aria-label') ?? e.textContent ?? e.className),
  );
  expect(small.length === 0, `targets of 44 pixels in a room, not: ${small.join(', ')}`);
  await page.locator('.facepile').tap();
  await page.getByRole('list', { name: 'People in this chat' }).waitFor();
  await v.isAccessible('the people of a room on a phone');
  await v.picture('phone-room-people');
}

/** By night. */
export async function dark(v: Visitor): Promise<void> {
  await v.signIn();
  await v.page.locator('.thread-link').first().click();
  await v.page.locator('.turn-answer').first().waitFor();
  const ground = await v.page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor,
  );
  expect(/^rgb\((\d|[1-3]\d), /.test(ground), 'the page is dark');
  await v.isAccessible('a conversation in the dark');
  await v.picture('dark-chat');
  const room = v.page.locator('.thread', { hasText: 'Shared' }).first();
  if ((await room.count()) > 0) {
    await room.locator('.thread-link').click();
    await v.page.locator('.turn-said').first().waitFor();
    await v.isAccessible('a room in the dark');
    await v.picture('dark-room');
  }
  for (const path of ['/keys', '/usage', '/workspace']) {
    await v.go(path);
    await v.page.locator('.section, .table').first().waitFor();
    await v.isAccessible(`${path} in the dark`);
    await v.picture(`dark${path.replace('/', '-')}`);
  }
}
