import { hills } from '../standin/papers.ts';
import { addKey } from './first-run.ts';
import { EICAR, pdf } from './papers.ts';
import { arrive } from './search.ts';
import { expect, provider, until } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const REPORT = 'Oven report.pdf';
const PAGES = [
  'Report on the oven of the mill.',
  'The oven was serviced in March. It took two days and cost 480 euros.',
  'The next service is due in spring.',
];
const MORNING = 'Morning.png';

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}
const picture = (name = MORNING, hue = 40): Given => ({
  name,
  mimeType: 'image/png',
  buffer: hills(640, 400, hue),
});
const report = (): Given => ({ name: REPORT, mimeType: 'application/pdf', buffer: pdf(PAGES) });
const text = (name: string, words: string): Given => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(words),
});

const input = (v: Visitor) => v.page.locator('.composer input[type="file"]').first();
const chip = (v: Visitor, name: string) => v.page.locator('.upload', { hasText: name });

/** Walked alone, somebody must answer first. */
async function someModel(v: Visitor): Promise<void> {
  const answer = await v.context.request.get(`${v.base}/api/v1/models`);
  const { data } = (await answer.json()) as { data: { available: boolean }[] };
  if (!data.some((model) => model.available)) await addKey(v);
}

/** A question and files go out together: the files are read, and the answer can be asked where it is from. */
export async function attach(v: Visitor): Promise<void> {
  const { page } = v;
  await arrive(v);
  await someModel(v);
  await v.go('/');
  await v.composer.waitFor();
  await provider('mock-y');
  await input(v).setInputFiles([picture(), report()]);
  await chip(v, MORNING).locator('img').waitFor();
  await chip(v, REPORT).waitFor();
  // It is read while one writes.
  await until('both are ready', async () => (await page.locator('.upload .ring').count()) === 0);
  expect((await page.locator('.upload[data-bad]').count()) === 0, 'neither is refused');
  await chip(v, REPORT).getByText('3 pages').waitFor();
  await v.isAccessible('a message with files');
  await v.picture('files-attached');
  await page.reload();
  await chip(v, REPORT).waitFor();
  await chip(v, MORNING).waitFor();
  await v.ask('When was the oven serviced? As it says [1].');
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await v.answered();
  expect((await page.locator('.upload').count()) === 0, 'the composer is empty');
  const sent = page.locator('.turn-user');
  await sent.locator('.picture img[data-loaded]').waitFor();
  await sent.locator('.file-card', { hasText: REPORT }).getByText('3 pages').waitFor();
  await v.isAccessible('a conversation with files');
  await v.picture('files-sent');
  await provider('');
}

/** A citation opens the file at its page, beside the conversation. */
export async function cite(v: Visitor): Promise<void> {
  const { page } = v;
  const chips = v.lastAnswer.locator('.cite');
  await chips.first().waitFor();
  await chips.first().hover();
  await page.locator('.cite-card').getByText(REPORT).waitFor();
  await v.picture('files-citation');
  await v.lastAnswer.locator('.sources .source', { hasText: REPORT }).waitFor();
  await chips.first().click();
  const sheet = page.locator('.file-sheet');
  await sheet.getByRole('heading', { name: REPORT }).waitFor();
  await page.waitForURL(/[?&]file=/);
  await sheet.locator('.file-sheet-of-paper img[data-loaded], .file-words').first().waitFor();
  await v.isAccessible('a file beside the conversation');
  await v.picture('files-cited');
  await sheet.getByRole('tab', { name: 'Text' }).click();
  await sheet.getByText('It took two days and cost 480 euros.').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await sheet.getByText('What was done').waitFor();
  await sheet.locator('.file-steps [data-state="done"]').first().waitFor();
  await v.isAccessible('the details of a file');
  await v.picture('files-details');
}

/** Asked about alone, a file keeps the answer. */
export async function analyse(v: Visitor): Promise<void> {
  const { page } = v;
  const sheet = page.locator('.file-sheet');
  await sheet.getByRole('tab', { name: 'Ask' }).click();
  await sheet.getByRole('button', { name: 'Summarise' }).click();
  await sheet.locator('.analysis[aria-busy="true"]').waitFor();
  await sheet.locator('.analysis[aria-busy="false"] .md').first().waitFor();
  await sheet.locator('.analysis footer').first().waitFor();
  await v.isAccessible('answers about a file');
  await v.picture('files-analysis');
  await page.reload();
  await sheet.getByRole('tab', { name: 'Ask' }).click();
  await sheet.locator('.analysis .md').first().waitFor();
  await sheet.getByRole('button', { name: 'Delete this answer' }).first().click();
  await sheet.locator('.analysis').waitFor({ state: 'detached' });
  await sheet.getByRole('button', { name: 'Close file' }).click();
  await sheet.waitFor({ state: 'detached' });
  expect(!page.url().includes('file='), 'the address is the conversation’s again');
}

/** Pictures fill the page, and are walked through and left with the keyboard. */
export async function look(v: Visitor): Promise<void> {
  const { page } = v;
  await input(v).setInputFiles([picture('Noon.png', 190), picture('Evening.png', 300)]);
  await until('both are ready', async () => (await page.locator('.upload .ring').count()) === 0);
  await v.composer.press('Enter');
  const turn = page.locator('.turn-user').last();
  await turn.locator('.picture').nth(1).waitFor();
  await v.answered();
  await turn.locator('.picture').first().click();
  const viewer = page.locator('.viewer');
  await viewer.getByText('1 of 2').waitFor();
  await page.keyboard.press('ArrowRight');
  await viewer.getByText('2 of 2').waitFor();
  await page.keyboard.press('+');
  await page.locator('.viewer-stage[data-zoomed]').waitFor();
  await v.isAccessible('a picture');
  await v.picture('files-viewer');
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });
}

/** What is not safe is refused with its reason, and the message waits for the person. */
export async function reject(v: Visitor): Promise<void> {
  const { page } = v;
  await v.composer.fill('Look at this');
  await input(v).setInputFiles([text('invoice.txt', EICAR)]);
  const bad = page.locator('.upload[data-bad]', { hasText: 'invoice.txt' });
  await bad.waitFor();
  await bad
    .getByText(/EICAR|virus|malware/i)
    .first()
    .waitFor();
  await page.getByText('1 file needs your attention').waitFor();
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled(), 'it is not sent');
  await v.isAccessible('a refused file');
  await v.picture('files-rejected');
  await bad.getByRole('button', { name: /^Remove/ }).click();
  await bad.waitFor({ state: 'detached' });
  expect(await page.getByRole('button', { name: 'Send' }).isEnabled(), 'it can be sent now');
  await v.composer.fill('');
}

/** A file that is larger than one call goes in parts; it is paused, and goes on, through a lost network. */
export async function large(v: Visitor): Promise<void> {
  const { page } = v;
  const size = 17 * 1024 * 1024;
  const film: Given = { name: 'film.bin', mimeType: '', buffer: Buffer.alloc(size, 'tributary ') };
  const parts: string[] = [];
  page.on('request', (r) => r.url().includes('/parts/') && parts.push(r.url()));
  // Slow enough for a hand to be quicker.
  const line = await v.context.newCDPSession(page);
  const network = (offline: boolean, uploadThroughput: number) =>
    line.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await network(false, 4 * 1024 * 1024);
  await input(v).setInputFiles([film]);
  const row = chip(v, 'film.bin');
  await row.getByText(/^Uploading/).waitFor();
  await v.composer.fill('Here is the film');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Sends when 1 file is uploaded').waitFor();
  await page.getByRole('button', { name: 'Do not send yet' }).click();
  await row.getByRole('button', { name: /^Pause/ }).click();
  await row.getByText(/^Paused at/).waitFor();
  await v.picture('files-paused');
  await network(true, -1);
  await row.getByRole('button', { name: /^Go on/ }).click();
  await row.getByText('Goes on when you are online').waitFor();
  await network(false, -1);
  await row.locator('.upload-open').waitFor({ timeout: 90_000 });
  expect(parts.length >= 3, 'it went in parts');
  await line.detach();
  await row.getByRole('button', { name: /^Remove/ }).click();
  await row.waitFor({ state: 'detached' });
  await v.composer.fill('');
}

async function drop(v: Visitor, given: Given[]): Promise<void> {
  const files = given.map((f) => ({ ...f, buffer: f.buffer.toString('base64') }));
  await v.page.evaluate(async (list) => {
    const data = new DataTransfer();
    for (const { name, mimeType, buffer } of list) {
      const bytes = Uint8Array.from(atob(buffer), (c) => c.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: mimeType }));
    }
    for (const kind of ['dragover', 'drop']) {
      const event = { dataTransfer: data, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent(kind, event));
      await new Promise((resolve) => setTimeout(resolve, 150));
      const veiled = document.querySelector('.drop-veil') !== null;
      if (veiled !== (kind === 'dragover')) throw new Error(`after ${kind}: ${veiled}`);
    }
  }, files);
}

/** The list of all files: dropped on, searched, narrowed, renamed, chosen and deleted. */
export async function library(v: Visitor): Promise<void> {
  const { page } = v;
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
  const items = page.locator('.item');
  const named = (name: string) => items.filter({ hasText: name });
  await named(REPORT).first().waitFor();
  await drop(v, [text('Notes on rye.txt', 'Rye takes longer.'), picture('Yard.png', 260)]);
  await named('Notes on rye.txt').waitFor();
  await named('Yard.png').waitFor();
  await until('they are ready', async () => (await page.locator('.item .ring').count()) === 0);
  await v.isAccessible('the files');
  await v.picture('files-library');
  const search = page.getByRole('searchbox', { name: 'Search by name' });
  await search.fill('rye');
  await named('Yard.png').waitFor({ state: 'detached' });
  await named('Notes on rye.txt').getByRole('link').click();
  const sheet = page.locator('.file-sheet');
  await sheet.getByRole('button', { name: 'More about this file' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const field = page.getByRole('dialog').getByLabel('Name');
  await field.fill('Notes on rye and wheat.txt');
  await field.press('Enter');
  await sheet.getByRole('heading', { name: 'Notes on rye and wheat.txt' }).waitFor();
  await named('Notes on rye and wheat.txt').waitFor();
  await sheet.getByRole('button', { name: 'Close file' }).click();
  await search.fill('');
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('image');
  await named('Notes on rye').waitFor({ state: 'detached' });
  await named('Yard.png').waitFor();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('');
  await named('Notes on rye').waitFor();
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await v.picture('files-list');
  for (const name of ['Notes on rye', 'Yard.png']) {
    await named(name).first().getByRole('checkbox').check();
  }
  await page.getByText('2 files selected').waitFor();
  await v.isAccessible('chosen files');
  await page.locator('.library-chosen').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('Delete 2 files?').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await named('Yard.png').waitFor({ state: 'detached' });
  await named('Notes on rye').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Grid', exact: true }).click();
}

/** On a phone: the album and the camera, a file over all of the page, nothing wider than the screen. */
export async function filesOnPhone(v: Visitor): Promise<void> {
  const { page } = v;
  await arrive(v);
  const fits = async (what: string) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(!wide, `${what} fits the screen`);
    const small = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '.composer button, .file-sheet button, .file-sheet a.icon-btn, .library-bar button, .library-bar select, .source a',
        ),
      ]
        .map((e) => ({ e, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
        .map(({ e }) => e.getAttribute('aria-label') ?? e.textContent ?? e.className),
    );
    expect(small.length === 0, `targets of 44 pixels in ${what}, not: ${small.join(', ')}`);
  };
  await page.getByRole('button', { name: 'Attach files' }).tap();
  await page.getByRole('menuitem', { name: 'Take a photo' }).waitFor();
  await v.isAccessible('ways to attach on a phone');
  await page.keyboard.press('Escape');
  await input(v).setInputFiles([picture('From my phone.png', 120)]);
  await chip(v, 'From my phone.png').waitFor();
  await fits('a message with a file');
  await v.picture('files-phone-composer');
  await chip(v, 'From my phone.png')
    .getByRole('button', { name: /^(Remove|Cancel)/ })
    .tap();
  await v.go('/files');
  await page.locator('.item', { hasText: REPORT }).first().waitFor();
  await fits('the files');
  await v.isAccessible('the files on a phone');
  await v.picture('files-phone-library');
  await page.locator('.item', { hasText: REPORT }).first().getByRole('link').tap();
  await page.locator('.file-sheet .file-sheet-of-paper img[data-loaded]').first().waitFor();
  await fits('a file');
  await v.isAccessible('a file on a phone');
  await v.picture('files-phone-file');
  await page.getByRole('button', { name: 'Close file' }).tap();
  await page.locator('.file-sheet').waitFor({ state: 'detached' });
}
