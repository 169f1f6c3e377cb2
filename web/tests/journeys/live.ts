import type { Page } from 'playwright-core';
import { expect, provider, until } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** Whether this server has a live connection; the stand-in has none. */
async function isLive(v: Visitor): Promise<boolean> {
  const answer = await v.context.request.post(`${v.base}/api/v1/live/ticket`, {
    headers: { 'x-csrf': '1' },
    data: {},
  });
  return answer.ok();
}

/** Counts the sockets of a page that are open. */
function sockets(page: Page): () => number {
  let open = 0;
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/api/v1/live')) return;
    open += 1;
    socket.on('close', () => (open -= 1));
  });
  return () => open;
}

/** Two tabs share one connection; each sees at once what happens in the other; one goes on without the other. */
export async function live(v: Visitor): Promise<void> {
  if (!(await isLive(v))) return;
  const { page, context } = v;
  const first = sockets(page);
  await v.go('/');
  await v.composer.waitFor();
  await until('the page is connected', () => first() === 1);
  await v.ask('A question for two tabs');
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await v.answered();

  const other = await context.newPage();
  const second = sockets(other);
  await other.goto(page.url());
  await other.locator('.turn-answer').first().waitFor();
  const composer = other.getByRole('textbox', { name: 'Message' });
  await provider('mock-n60-i20');
  await composer.fill('Asked in the second tab');
  await composer.press('Enter');
  await page.getByText('Asked in the second tab').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.turn-answer').length === 2);
  await page.locator('.turn-answer[aria-busy="true"]').waitFor();
  await v.answered();
  await provider('');
  expect(first() === 1 && second() === 0, `one connection, not ${first()} and ${second()}`);
  // The tab that is not looked at draws a little later.
  await until('both have the whole answer', async () => {
    const texts = await Promise.all(
      [page, other].map((p) => p.locator('.turn-answer').last().locator('.md').textContent()),
    );
    return texts[0] === texts[1] && (texts[0] ?? '').length > 40;
  });

  // A draft and a title go over too.
  await page.bringToFront();
  await v.composer.fill('Half a thought, here');
  await until('the draft is in the other tab', async () => (await composer.inputValue()) !== '');
  await v.composer.fill('');

  const renamed = await context.request.patch(
    `${v.base}/api/v1/threads/${new URL(page.url()).pathname.split('/')[2]}`,
    { headers: { 'x-csrf': '1' }, data: { title: 'Renamed elsewhere' } },
  );
  expect(renamed.ok(), 'the API renames');
  await page.getByRole('link', { name: 'Renamed elsewhere' }).waitFor();
  await other.getByRole('link', { name: 'Renamed elsewhere' }).waitFor();

  // The tab with the connection closes; the other takes it over.
  await page.close();
  await until('the second tab is connected', () => second() === 1);
  const thread = new URL(other.url()).pathname.split('/')[2];
  const posted = await context.request.post(`${v.base}/api/v1/threads/${thread}/messages`, {
    headers: { 'x-csrf': '1', prefer: 'respond-async' },
    data: { content: 'Said from elsewhere' },
  });
  expect(posted.status() === 202, 'the API takes a message');
  await other.getByText('Said from elsewhere').waitFor();
  await until(
    'its answer is whole',
    async () =>
      (await other.locator('.turn-answer[aria-busy="false"]').count()) === 3 &&
      (await other.locator('.turn-answer').last().locator('.md').count()) > 0,
  );
  await other.close();
}
