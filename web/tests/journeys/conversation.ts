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

/** One may write on while an answer comes; both are answered, in the order asked. */
export async function writeOn(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/');
  await provider('mock-n60-i40');
  await v.ask('Take your time. [slow]');
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await page.locator('.turn-answer[aria-busy="true"] .md').waitFor();
  await v.composer.fill('And one more question');
  await page.getByRole('button', { name: 'Stop answering' }).waitFor();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.turn-answer').length === 2);
  await v.answered();
  await provider('');
  const said = await page.locator('.turn-user .bubble').allTextContents();
  expect(said.join() === 'Take your time. [slow],And one more question', 'in the order asked');
  expect((await page.locator('.turn-answer .md').count()) === 2, 'both are answered');
}

/** Without a network: what is written waits, even through a reload, and what was read can be read again. */
export async function offline(v: Visitor): Promise<void> {
  const { page } = v;
  const waiting = page.getByText('Waiting to be sent');
  const line = page.getByText('Offline — ');
  await page.waitForFunction(async () =>
    Boolean((await navigator.serviceWorker.getRegistration())?.active),
  );
  const before = await v.answers.count();
  await page.waitForTimeout(2000); // what was read is written down a moment later
  await v.context.setOffline(true);
  await v.ask('Kept while away');
  await waiting.waitFor();
  await line.waitFor();
  await v.isAccessible('a conversation without a network');
  await v.picture('offline');
  await page.reload();
  await waiting.waitFor();
  expect((await v.answers.count()) === before, 'the conversation can be read');
  await page.locator('.thread-link[data-active]').waitFor();
  await v.context.setOffline(false);
  await waiting.waitFor({ state: 'detached' });
  await v.answered();
  await line.waitFor({ state: 'detached' });
  expect((await page.getByText('Kept while away').count()) === 1, 'it was sent once');
}

/** A conversation begun without a network is there when it is back. */
export async function beginOffline(v: Visitor): Promise<void> {
  const { page } = v;
  const waiting = page.getByText('Waiting to be sent');
  await v.go('/');
  await v.composer.waitFor();
  await v.context.setOffline(true);
  await v.ask('Begun while away');
  await v.ask('And one more thing');
  await page.waitForFunction(() => document.querySelectorAll('.turn-user').length === 2);
  await page.waitForURL(/\/c\/new-/);
  await waiting.last().waitFor();
  await page.reload();
  await waiting.last().waitFor();
  await v.context.setOffline(false);
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await waiting.first().waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.querySelectorAll('.turn-answer').length === 2);
  await v.answered();
  const said = await page.locator('.turn-user .bubble').allTextContents();
  expect(said.join() === 'Begun while away,And one more thing', `in order, not ${said.join()}`);
}

/** A draft is there again after a reload, each in its own conversation. */
export async function drafts(v: Visitor): Promise<void> {
  await v.go('/');
  await v.composer.fill('Half a thought');
  await v.page.reload();
  await v.composer.waitFor();
  expect((await v.composer.inputValue()) === 'Half a thought', 'the draft is back');
  await v.composer.fill('');
}
