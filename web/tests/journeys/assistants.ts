import { fits } from './search.ts';
import { expect } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const NAME = 'Recipe keeper';

/** Made, talked to, changed, chosen in a chat, and taken away. */
export async function assistants(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/assistants');
  await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
  await v.isAccessible('the assistants');
  await v.picture('assistants-empty');
  await page.getByRole('link', { name: 'New assistant' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(NAME);
  await page.getByLabel('Instructions').fill('You keep the recipes of a small bakery.');
  await page.getByLabel('Style').fill('Short.');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await page.getByRole('searchbox', { name: 'Find a file' }).waitFor();
  await v.isAccessible('a new assistant');
  await v.picture('assistant-new');

  // Nothing written is lost by a wrong step.
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await page.getByRole('button', { name: 'Create assistant' }).click();
  const card = page.locator('.assistant', { hasText: NAME });
  await card.waitFor();
  await v.isAccessible('the assistants');
  await v.picture('assistants');

  await card.getByRole('button', { name: 'Start a chat' }).click();
  const chip = page.locator('.composer .model-chip');
  await chip.getByText(NAME).waitFor();
  await v.ask('How much salt for two loaves?');
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await v.answered();
  await chip.getByText(NAME).waitFor();
  await page.reload();
  await chip.getByText(NAME).waitFor();

  // Another who answers, and this one again.
  await chip.click();
  await v.isAccessible('the list of assistants and models');
  await page.getByRole('button', { name: /^No assistant/ }).click();
  await chip.getByText(NAME).waitFor({ state: 'detached' });
  await chip.click();
  await page.getByRole('button', { name: new RegExp(`^${NAME}`) }).click();
  await chip.getByText(NAME).waitFor();
  const thread = new URL(page.url()).pathname;

  await v.go('/assistants');
  await page.getByRole('link', { name: NAME }).click();
  await page.getByLabel('Style').fill('Shorter.');
  await page.getByRole('button', { name: 'Save' }).click();
  await card.waitFor();
  await card.getByRole('button', { name: `Options for ${NAME}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: `Delete ${NAME}?` }).waitFor();
  await v.isAccessible('the question before an assistant is deleted');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await card.waitFor({ state: 'detached' });
  await v.go(thread);
  await v.lastAnswer.waitFor();
  expect(!(await chip.textContent())?.includes(NAME), 'the chat goes on without it');
}

export async function assistantsOnPhone(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/assistants?open=new');
  await page.getByRole('textbox', { name: 'Name' }).waitFor();
  await fits(v, 'a new assistant');
  await v.isAccessible('a new assistant on a phone');
  await v.picture('phone-assistant');
  await v.go('/assistants');
  await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
  await fits(v, 'the assistants');
}
