import { expect } from './visitor.ts';
import type { Visitor } from './visitor.ts';

async function menu(v: Visitor, item: string): Promise<void> {
  const row = v.page.locator('.thread', { has: v.page.locator('.thread-link[data-active]') });
  await row.hover();
  await row.locator('.icon-btn').click();
  await v.page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** Rename, pin, find, archive, bring back, delete and undo. */
export async function threads(v: Visitor): Promise<void> {
  const { page } = v;
  const list = page.getByRole('navigation', { name: 'Chats' });
  await menu(v, 'Rename');
  await list.getByRole('textbox', { name: 'Rename' }).fill('On rivers');
  await page.keyboard.press('Enter');
  await list.getByRole('link', { name: 'On rivers' }).waitFor();
  await page.getByRole('heading', { level: 1, name: 'On rivers' }).waitFor();

  await menu(v, 'Pin');
  await list
    .getByRole('region', { name: 'Pinned' })
    .getByRole('link', { name: 'On rivers' })
    .waitFor();

  const search = page.getByRole('searchbox', { name: 'Search chats' });
  await search.fill('rivers');
  await page.waitForFunction(() => document.querySelectorAll('.thread').length === 1);
  await search.fill('nothing is called this');
  await page.getByText('No chat is called').waitFor();
  await search.fill('');

  await list.getByRole('link', { name: 'On rivers' }).waitFor();
  await menu(v, 'Archive');
  await list.getByRole('link', { name: 'On rivers' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Archived chats' }).click();
  await list.getByRole('link', { name: 'On rivers' }).waitFor();
  await v.isAccessible('the archive');
  await menu(v, 'Bring back');
  await page.getByRole('button', { name: 'Back' }).click();
  await list.getByRole('link', { name: 'On rivers' }).waitFor();

  await list.getByRole('link', { name: 'On rivers' }).click();
  await menu(v, 'Delete');
  await list.getByRole('link', { name: 'On rivers' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await list.getByRole('link', { name: 'On rivers' }).waitFor();
  expect(new URL(page.url()).pathname === '/', 'a deleted chat is left');
}
