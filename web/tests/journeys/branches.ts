import { expect } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** Another answer to the same question, and the way back to the first. */
export async function regenerate(v: Visitor): Promise<void> {
  await v.go('/');
  await v.chooseModel('mock-m');
  await v.ask('First words');
  await v.page.waitForURL(/\/c\//);
  await v.answered();
  await v.lastAnswer.getByRole('button', { name: 'Answer again' }).click();
  await v.page.getByRole('menuitem', { name: 'Answer again' }).click();
  await v.lastAnswer.getByText('2 / 2').waitFor();
  await v.answered();
  await v.lastAnswer.getByRole('button', { name: 'Previous version' }).click();
  await v.lastAnswer.getByText('1 / 2').waitFor();
}

/** The question in other words: the old branch stays, and the arrows lead back to it. */
export async function edit(v: Visitor): Promise<void> {
  const question = v.page.locator('.turn-user').first();
  await question.hover();
  await question.getByRole('button', { name: 'Edit message' }).click();
  await v.page.locator('.edit textarea').fill('Other words');
  await v.page.locator('.edit').getByRole('button', { name: 'Send' }).click();
  await v.page.locator('.bubble', { hasText: 'Other words' }).waitFor();
  await v.answered();
  await question.getByText('2 / 2').waitFor();
  expect((await v.answers.count()) === 1, 'one answer on the new branch');
  await v.picture('branches');
  await question.getByRole('button', { name: 'Previous version' }).click();
  await v.page.locator('.bubble', { hasText: 'First words' }).waitFor();
  await question.getByRole('button', { name: 'Next version' }).click();
  await v.page.locator('.bubble', { hasText: 'Other words' }).waitFor();
}

/** From an answer on, in a conversation of its own. */
export async function fork(v: Visitor): Promise<void> {
  const before = v.page.url();
  await v.lastAnswer.getByRole('button', { name: 'Answer again' }).click();
  await v.page.getByRole('menuitem', { name: 'Go on in a new chat' }).click();
  await v.page.waitForURL((url) => url.pathname.startsWith('/c/') && url.href !== before);
  await v.page.locator('.bubble', { hasText: 'Other words' }).waitFor();
  await v.lastAnswer.waitFor();
}
