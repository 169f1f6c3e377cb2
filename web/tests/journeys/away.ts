import type { Visitor } from './visitor.ts';
import { ADA, expect, until } from './visitor.ts';
import { agree, BEA, begin, done, said, share } from './company.ts';
import type { Line } from './line.ts';
import type { Pair } from './rooms.ts';

/** Both in one room, on their own lines. */
export async function meet(ada: Visitor, bea: Visitor): Promise<Pair> {
  const path = await begin(ada, 'Notes of the boat house');
  await share(ada, [BEA]);
  await done(ada);
  await bea.go(path);
  await bea.answers.first().waitFor();
  for (const v of [ada, bea]) await v.page.locator('.facepile', { hasText: '2' }).waitFor();
  return { ada, bea, path };
}

const OFFLINE = 'Offline — ';

/** One is without a network for a while and writes on; the other writes too. In the end both have all, once. */
export async function offlineTwo({ ada, bea }: Pair): Promise<void> {
  await bea.page.waitForFunction(async () =>
    Boolean((await navigator.serviceWorker.getRegistration())?.active),
  );
  await bea.page.waitForTimeout(2000); // what was read is written down a moment later
  await bea.context.setOffline(true);
  const mine = ['First from the river', 'Second from the river', 'Third from the river'];
  const theirs = ['First from the house', 'Second from the house'];
  for (const text of mine) await bea.ask(text);
  await bea.page.getByText(OFFLINE).waitFor();
  await until(
    'three wait',
    async () => (await bea.page.getByText('Waiting to be sent').count()) === 3,
  );
  await bea.isAccessible('a room without a network');
  await bea.picture('room-offline');
  for (const text of theirs) await ada.ask(text);
  await until('both are sent', async () => (await said(ada)).length >= 3);
  // Even a page that begins anew without a network has them.
  await bea.page.reload();
  await bea.page.getByText('Third from the river').waitFor();
  await bea.context.setOffline(false);
  await agree([ada, bea], [...mine, ...theirs]);
  const order = (await said(ada)).filter((text) => mine.includes(text));
  expect(order.join() === mine.join(), `in the order they were written, not ${order.join()}`);
  await bea.page.getByText('Waiting to be sent').first().waitFor({ state: 'detached' });
  await bea.page.getByText(OFFLINE).waitFor({ state: 'detached' });
  for (const v of [ada, bea]) {
    await v.page.reload();
    await v.answers.first().waitFor();
  }
  await agree([ada, bea], [...mine, ...theirs]);
}

/** What the other wrote is there within a moment of this one. */
async function caughtUp(v: Visitor, text: string, ms: number): Promise<void> {
  const began = Date.now();
  await v.page.locator('.bubble', { hasText: text }).waitFor();
  const took = Date.now() - began;
  expect(took < ms, `“${text}” within ${ms} ms, not ${took}`);
}

/** A page that slept, a server that went away, a line that fell silent: the gap closes at once. */
export async function sleep({ ada, bea }: Pair, line: Line): Promise<void> {
  const cdp = await bea.context.newCDPSession(bea.page);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await ada.ask('Said while the page was frozen');
  await ada.page.waitForTimeout(1000);
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await caughtUp(bea, 'Said while the page was frozen', 3000);

  // Cut, as when a server stops, and written to before it is back.
  line.break();
  await ada.ask('Said while the line was down');
  await ada.page.waitForTimeout(500);
  line.mend();
  await caughtUp(bea, 'Said while the line was down', 8000);

  // Silent: nobody closes anything. The network says that it is back, and the page finds out.
  line.hush();
  await ada.ask('Said while the line was silent');
  await ada.page.waitForTimeout(500);
  await bea.page.evaluate(() => dispatchEvent(new Event('online')));
  await caughtUp(bea, 'Said while the line was silent', 12_000);
  await agree(
    [ada, bea],
    ['while the page was frozen', 'the line was down', 'the line was silent'],
  );
  await bea.ask('And all is well');
  await agree([ada, bea], ['And all is well']);
}

/** The page can be installed, and a newer one takes over when the reader wants it. */
export async function version({ bea, path }: Pair, line: Line): Promise<void> {
  const { page } = bea;
  const cdp = await bea.context.newCDPSession(page);
  const manifest = await cdp.send('Page.getAppManifest');
  expect(manifest.errors.length === 0, `a sound manifest: ${JSON.stringify(manifest.errors)}`);
  const { installabilityErrors: errors } = await cdp.send('Page.getInstallabilityErrors');
  // A browser without a face, or in private, installs nothing; all else is ours.
  const ours = errors.filter((e) => !/incognito|in-incognito/.test(e.errorId));
  expect(ours.length === 0, `installable: ${JSON.stringify(ours)}`);

  await page.waitForFunction(async () =>
    Boolean((await navigator.serviceWorker.getRegistration())?.active),
  );
  await until('the page is kept', () =>
    page.evaluate(async () => (await caches.keys()).some((name) => name.startsWith('tributary-'))),
  );
  line.added.set('/sw.js', '\n// a newer one\n');
  await bea.composer.fill('Half a sentence');
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.getByText('A new version is ready').waitFor();
  expect((await bea.composer.inputValue()) === 'Half a sentence', 'nothing happens unasked');
  await bea.picture('new-version');
  await Promise.all([
    page.waitForEvent('load'),
    page.getByRole('button', { name: 'Reload' }).click(),
  ]);
  await bea.composer.waitFor();
  expect(new URL(page.url()).pathname === path, 'where one was');
  expect((await bea.composer.inputValue()) === 'Half a sentence', 'with what one had written');
  await bea.composer.fill('');
  line.added.clear();
}

/** Nothing of one person is left in the browser for the next. */
export async function nextPerson({ bea }: Pair): Promise<void> {
  const { page } = bea;
  await bea.composer.fill('A draft of mine');
  await page.waitForTimeout(2000); // what was read is written down a moment later
  await page.locator('.person').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in/);
  const left = await page.evaluate(async () => {
    const rows: string[] = [];
    for (const { name, version } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const open = indexedDB.open(name ?? '', version);
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      for (const store of db.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve) => {
          const get = db.transaction(store).objectStore(store).getAll();
          get.onsuccess = () => resolve(get.result);
        });
        rows.push(...all.map((row) => `${store}: ${JSON.stringify(row).slice(0, 200)}`));
      }
      db.close();
    }
    const held: string[] = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) {
        if (/\/api\//.test(request.url)) held.push(request.url);
      }
    }
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith('trb.draft'));
    return [...rows, ...held, ...drafts, ...Object.keys(sessionStorage)];
  });
  expect(left.length === 0, `nothing is left: ${left.join(' ')}`);
  await bea.signIn(ADA);
  await bea.go('/');
  await bea.composer.waitFor();
  expect((await bea.composer.inputValue()) === '', 'no draft of another');
  await page.getByText(ADA.name).first().waitFor();
  await page.waitForTimeout(500);
  expect((await page.getByText(BEA.name).count()) === 0, 'not the name of the other');
}

/** One person at two devices: a look and a draft go over, and nobody's words are taken from under their hands. */
export async function twoDevices({ ada, bea, path }: Pair): Promise<void> {
  const theme = (v: Visitor) => v.page.evaluate(() => document.documentElement.dataset.theme);
  await bea.go(path);
  await bea.answers.first().waitFor();
  await ada.go('/settings');
  await ada.page.getByRole('radio', { name: 'Dark', exact: true }).click();
  await until('the other is dark too', async () => (await theme(bea)) === 'dark');
  await bea.isAccessible('a room in the dark');
  await bea.picture('room-dark');
  await ada.page.getByRole('radio', { name: 'As the system', exact: true }).click();
  await until('and light again', async () => (await theme(bea)) !== 'dark');

  await ada.go(path);
  await ada.composer.waitFor();
  await bea.composer.fill('Begun on one device');
  await until('the draft goes over', async () => {
    return (await ada.composer.inputValue()) === 'Begun on one device';
  });
  // The caret stays where it stood, and what is being written stays.
  await ada.composer.press('Control+Home');
  for (let i = 0; i < 5; i++) await ada.composer.press('ArrowRight');
  await bea.composer.pressSequentially(' and gone on', { delay: 20 });
  await until('so does the rest', async () =>
    (await ada.composer.inputValue()).endsWith('gone on'),
  );
  const caret = await ada.composer.evaluate((e: HTMLTextAreaElement) => e.selectionStart);
  expect(caret === 5, `the caret stays at 5, not ${caret}`);
  const typing = ada.composer.pressSequentially(' right here, a while, and on', { delay: 90 });
  await bea.composer.fill('Written over from there');
  await typing;
  const kept = await ada.composer.inputValue();
  expect(
    kept === 'Begun right here, a while, and on on one device and gone on',
    `what one is writing stays, not: ${kept}`,
  );
  await until('the last words win', async () => (await bea.composer.inputValue()) === kept);
  await ada.composer.fill('');
  await until('and are gone for both', async () => (await bea.composer.inputValue()) === '');
}
