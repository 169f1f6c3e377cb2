import { ADA, expect, PASSWORD, PROVIDER_URL } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** An empty server: the first account, then a key that is wrong and one that is right. */
export async function firstRun(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/');
  await page.getByRole('heading', { name: 'Make this place yours' }).waitFor();
  await v.isAccessible('the first run');
  await v.picture('first-run');

  await page.getByLabel('Your name').fill(ADA.name);
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the first account' }).click();

  await page.getByRole('heading', { name: /^Good (morning|afternoon|evening), Ada$/ }).waitFor();
  const focused = await v.composer.evaluate((e) => e === document.activeElement);
  expect(focused, 'the composer has the focus');
  await v.isAccessible('a new chat');
  await v.picture('new-chat');
}

export async function addKey(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/keys');
  const card = page.locator('#custom');
  await card.getByRole('button').first().click();
  await card.getByLabel('Address of the server').fill(PROVIDER_URL);
  await card.getByLabel(/^API key/).fill('sk-wrong');
  await v.isAccessible('the keys page');
  await card.getByRole('button', { name: 'Check and save' }).click();
  await card.getByRole('alert').waitFor();
  await card.getByLabel(/^API key/).fill('sk-test-good-journey');
  await card.getByRole('button', { name: 'Check and save' }).click();
  await card.locator('.key-row').waitFor();
  const shown = (await card.textContent()) ?? '';
  expect(!shown.includes('sk-test-good-journey'), 'the key is masked');
  await v.picture('keys');
}
