import { expect, provider } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** A question, its answer as it comes, and what Markdown makes of it. */
export async function ask(v: Visitor): Promise<void> {
  await v.go('/');
  await v.chooseModel('mock-m');
  await v.page.locator('.composer .model-chip').click();
  await v.page.locator('.model-row').first().waitFor();
  await v.isAccessible('the model picker');
  await v.page.keyboard.press('Escape');
  await v.ask('What is a tributary, and how do its waters add up? [rich]');
  await v.page.waitForURL(/\/c\//);
  await v.answered();
  await v.lastAnswer.locator('table').waitFor();
  await v.lastAnswer.locator('.md-code .hljs-keyword').first().waitFor();
  await v.lastAnswer.locator('.katex').first().waitFor();
  await v.page.locator('.thread-link[data-active]').waitFor();
  await v.isAccessible('a conversation');
  await v.picture('conversation');
}

/** A reload in the middle of an answer goes on where it was, and loses nothing. */
export async function reload(v: Visitor): Promise<void> {
  await provider('mock-n500-i40');
  await v.ask('Tell me slowly. [slow]');
  await v.lastAnswer.locator('.md').waitFor();
  await v.page.waitForTimeout(1200);
  const before = (await v.lastAnswer.locator('.md').textContent()) ?? '';
  expect(before.length > 10, 'some words had come');
  await v.page.reload();
  await v.page.getByRole('button', { name: 'Stop answering' }).waitFor();
  await v.lastAnswer.locator('.md').waitFor();
  await v.page.waitForFunction((n) => {
    const all = document.querySelectorAll('.turn-answer');
    return (all[all.length - 1]?.textContent?.length ?? 0) > n + 40;
  }, before.length);
  const after = (await v.lastAnswer.locator('.md').textContent()) ?? '';
  const beginning = before.slice(0, Math.max(10, before.length - 12));
  expect(after.startsWith(beginning), 'the answer still begins as it did');
}

/** Stop ends the answer and keeps what there is of it. */
export async function stop(v: Visitor): Promise<void> {
  await v.page.getByRole('button', { name: 'Stop answering' }).click();
  await v.page.getByText('You stopped this answer.').waitFor();
  await v.page.getByRole('button', { name: 'Continue', exact: true }).waitFor();
  await v.picture('stopped');
}

/** What was stopped can go on, from where it was. */
export async function goOn(v: Visitor): Promise<void> {
  await provider('mock-n20-i10');
  const before = (await v.lastAnswer.locator('.md').textContent()) ?? '';
  await v.page.getByRole('button', { name: 'Continue', exact: true }).click();
  await v.page.getByText('You stopped this answer.').waitFor({ state: 'detached' });
  const after = await v.answered();
  expect(after.startsWith(before.trimEnd().slice(0, 40)), 'it begins with what there was');
  expect(after.length > before.length, 'and more has come');
  await provider('');
}

/** The network goes away in the middle of an answer and comes back. */
export async function offline(v: Visitor): Promise<void> {
  await v.go('/');
  await v.composer.fill('Kept while away');
  await v.context.setOffline(true);
  await v.composer.press('Enter');
  await v.page.locator('.problem').waitFor();
  expect((await v.composer.inputValue()) === 'Kept while away', 'the text is still there');
  await v.context.setOffline(false);
  await v.composer.fill('');
}

/** A draft is there again after a reload, each in its own conversation. */
export async function drafts(v: Visitor): Promise<void> {
  await v.composer.fill('Half a thought');
  await v.page.reload();
  await v.composer.waitFor();
  expect((await v.composer.inputValue()) === 'Half a thought', 'the draft is back');
  await v.composer.fill('');
}
