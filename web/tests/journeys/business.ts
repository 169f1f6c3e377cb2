import { fits } from './search.ts';
import { expect, until } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** A shop is made and read in: that takes as long as it takes. */
const FILLED_MS = 90_000;
const TABLE = [
  'InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country',
  '536365;85123A;WHITE HANGING HEART;6;21/12/2025 08:26;2,55;17850;United Kingdom',
  '536365;71053;WHITE METAL LANTERN;6;21/12/2025 08:26;3,39;17850;United Kingdom',
  '536366;22633;HAND WARMER UNION JACK;8;22/12/2025 09:41;1,85;13047;France',
].join('\n');

const tiles = (v: Visitor) => v.page.locator('.btile');
const heading = (v: Visitor, name: string) =>
  v.page.getByRole('heading', { level: 1, name }).waitFor();

/** The first visit: nothing is there, and one press changes that. */
export async function demo(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn();
  await page.getByRole('link', { name: 'Business' }).click();
  await page.getByRole('heading', { name: 'Connect what you sell with' }).waitFor();
  await v.isAccessible('business without data');
  await v.picture('business-empty');
  await page.getByRole('button', { name: 'Try it with a demonstration shop' }).click();
  await tiles(v).first().waitFor({ timeout: FILLED_MS });
}

/** Tiles, another period, other filters; the address keeps all of it. */
export async function metrics(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business');
  await until('a number on the first tile', async () =>
    /\d/.test((await tiles(v).first().locator('.btile-value').textContent()) ?? ''),
  );
  await v.isAccessible('metrics');
  await v.picture('business-metrics');
  await page.getByRole('button', { name: /^Last 30 days/ }).click();
  await v.isAccessible('the choice of a period');
  await page.getByRole('button', { name: 'Last 12 months' }).click();
  await page.getByRole('button', { name: /^Last 12 months/ }).waitFor();
  expect(page.url().includes('last_12_months'), 'the period stands in the address');
  await page.getByRole('button', { name: /^Orders/ }).click();
  await page.locator('.btile[aria-pressed="true"]', { hasText: 'Orders' }).waitFor();
  await page.reload();
  await page.locator('.btile[aria-pressed="true"]', { hasText: 'Orders' }).waitFor();
}

/** The chart by keyboard, the groups, a filter, the table, the query. */
export async function closely(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business?metric=revenue&period=last_12_months');
  const chart = page.getByRole('slider').first();
  await chart.waitFor();
  await chart.focus();
  const newest = await chart.getAttribute('aria-valuetext');
  await chart.press('Home');
  const first = await chart.getAttribute('aria-valuetext');
  expect(first && newest && first !== newest, 'the arrow keys read out the chart');

  await page.getByLabel('By').selectOption({ label: 'Country' });
  const bars = page.locator('.bbars').first().locator('> li');
  await bars.first().waitFor();
  const country = (await bars.first().locator('.bbar-name').textContent()) ?? '';
  await v.isAccessible('groups of a metric');
  await v.picture('business-groups');
  await page.getByText('Table', { exact: true }).click();
  await page.getByRole('columnheader', { name: 'Share' }).waitFor();

  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Filter' });
  await panel.getByRole('button', { name: 'Country' }).click();
  await panel.getByRole('searchbox').fill(country.slice(0, 4));
  await panel.getByRole('checkbox', { name: country }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Remove filter: Country = ${country}` }).waitFor();
  await until('one group is left', async () => (await page.locator('tbody tr').count()) === 1);
  await page.getByRole('button', { name: /^Remove filter/ }).click();

  await page.getByText('How is this computed?').click();
  await page
    .locator('.bsql pre')
    .first()
    .getByText(/select/i)
    .first()
    .waitFor();
  await v.isAccessible('how a metric is computed');
  await v.picture('business-how');
}

/** A question, a follow-up, another range by hand, and how it came about. */
export async function asked(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business');
  const box = page.getByRole('textbox', { name: 'Ask about your business' });
  await box.fill('What was my revenue last month?');
  await box.press('Enter');
  await page.waitForURL(/\/business\/ask/);
  const cards = page.locator('.banswer:not(.banswer-wait)');
  await cards.first().locator('.banswer-value').waitFor();
  const value = await cards.first().locator('.banswer-value .bvalue').first().textContent();
  expect(/\d/.test(value ?? ''), 'an answer has a number');
  await box.fill('and the month before?');
  await box.press('Enter');
  await until('a second answer', async () => (await cards.count()) === 2);
  const before = await cards.nth(1).locator('.banswer-value .bvalue').first().textContent();
  expect(before !== value, 'a follow-up is about another month');
  await cards.nth(1).getByText('How did you get this?').click();
  await cards.nth(1).locator('.bsql pre').first().waitFor();
  await v.isAccessible('answers');
  await v.picture('business-answers');

  await cards.first().locator('.banswer-chips .bchip').first().click();
  await page.getByRole('button', { name: 'Last 12 months' }).click();
  await cards.first().getByRole('button', { name: 'As asked' }).waitFor();
  await until(
    'the number is of other days',
    async () =>
      (await cards.first().locator('.banswer-value .bvalue').first().textContent()) !== value,
  );
}

/** The same numbers in a conversation, and a question that goes on from them. */
export async function inChat(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn();
  await v.ask('What was my revenue last month?');
  await page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  const cards = page.locator('.turn-answer .banswer');
  await cards.first().locator('.banswer-value').waitFor();
  await v.ask('by country');
  await cards.nth(1).locator('.bbars').first().waitFor();
  await cards.nth(1).getByText('How did you get this?').click();
  await cards.nth(1).locator('.bsql pre').first().waitFor();
  await v.isAccessible('a number in a conversation');
  await v.picture('business-chat');
}

/** A source's page, the form of another, and a table from a file. */
export async function sources(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business/sources');
  const shop = page.locator('.bsource').first();
  await shop.waitFor();
  await v.isAccessible('sources');
  await v.picture('business-sources');
  await shop.getByRole('link').click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await page.locator('.brun').or(page.getByText('Nothing was synced yet.')).first().waitFor();
  await v.isAccessible('a source');
  await v.picture('business-source');

  await v.go('/business/sources/new');
  await v.isAccessible('kinds of sources');
  await page.getByRole('link', { name: /^Shopify/ }).click();
  await page.getByLabel('Shop address').fill('not a shop');
  await page.getByLabel('Admin API access token').fill('shpat_0123456789abcdef');
  await page.getByRole('button', { name: 'Check and connect' }).click();
  expect(page.url().includes('new'), 'an address that is none is not sent');
  await v.isAccessible('the form of a source');
  await v.picture('business-connect');

  await v.go('/business/sources/new?type=csv');
  await page.getByRole('button', { name: 'Go on to the file' }).click();
  await page.getByRole('heading', { name: 'Upload a table' }).waitFor();
  await page.locator('.bdrop input').setInputFiles({
    name: 'sales.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(TABLE),
  });
  const price = page.getByLabel('Meaning of UnitPrice');
  await price.waitFor();
  if ((await price.inputValue()) === '') {
    const option = price.locator('option').filter({ hasText: /price/i }).first();
    await price.selectOption((await option.getAttribute('value')) ?? '');
  }
  await page.getByLabel('Currency', { exact: true }).fill('GBP');
  await v.isAccessible('a table before it is approved');
  await v.picture('business-approve');
  await page.getByRole('button', { name: 'That is right, take it in' }).click();
  await page.getByRole('button', { name: 'Upload another file' }).waitFor({ timeout: FILLED_MS });
}

/** A mail: written, changed, said yes to, and taken back in time. */
export async function actions(v: Visitor): Promise<void> {
  const { page } = v;
  const subject = `Figures ${Date.now()}`;
  await v.go('/business/actions');
  await page.getByRole('button', { name: 'Write an e-mail' }).click();
  await page.getByRole('textbox', { name: 'To' }).fill('anna@example.org, ben@example.org');
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await page.getByRole('textbox', { name: 'Text' }).fill('Hello,\n\nhere they are.');
  await page.getByRole('button', { name: 'Look it over' }).click();
  const card = page.locator('.baction', { hasText: subject }).first();
  await card.getByText('anna@example.org, ben@example.org').waitFor();
  await card.getByRole('button', { name: 'Edit' }).click();
  await card.getByLabel('Text').fill('Hello both,\n\nhere they are.');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('Hello both,').waitFor();
  await v.isAccessible('an action that waits');
  await v.picture('business-action');
  for (const tick of await card.getByRole('checkbox').all()) await tick.check();
  await card.getByRole('button', { name: 'Send' }).click();
  await card.getByText(/Goes out in \d+ s|held in the outbox/).waitFor();
  await v.isAccessible('a mail that can be taken back');
  await card.getByRole('button', { name: 'Undo send' }).click();
  await page
    .locator('.bpast', { hasText: subject })
    .getByText(/Taken back|Not done/)
    .first()
    .waitFor();
}

/** Written with Enter, dated, ticked, taken away. */
export async function tasks(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business/tasks');
  const line = page.getByRole('textbox', { name: 'Add a task' });
  for (const title of ['Call the mill', 'Count the flour']) {
    await line.fill(title);
    await line.press('Enter');
    await page.getByRole('textbox', { name: `Title of ${title}` }).waitFor();
  }
  await page.getByLabel('Due date of Call the mill').fill('2026-12-01');
  // A click, not a check: the row moves to what is done, and another box stands in its place.
  await page.getByRole('checkbox', { name: 'Done: Count the flour' }).click();
  await page.getByRole('heading', { name: /\d+ done/ }).waitFor();
  await v.isAccessible('tasks');
  await v.picture('business-tasks');
  await page.reload();
  expect(
    (await page.getByLabel('Due date of Call the mill').inputValue()) === '2026-12-01',
    'a due date is kept',
  );
  await page.getByRole('button', { name: 'Delete Count the flour' }).click();
  await page.getByRole('button', { name: 'Delete Count the flour' }).waitFor({ state: 'detached' });
}

/** Made of two steps, run, and taken away. */
export async function workflows(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business/workflows/new');
  await page.getByRole('textbox', { name: 'Name' }).fill('Monday figures');
  await page.getByRole('button', { name: 'Add a step' }).click();
  await page.getByRole('menuitem', { name: 'Create a task' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Look at the figures');
  await page.getByText('By the clock', { exact: true }).click();
  await page.getByLabel('How often').selectOption('monthly');
  await v.isAccessible('a workflow');
  await v.picture('business-workflow');
  await page.getByText('By hand', { exact: true }).click();
  await page.getByRole('button', { name: 'Create workflow' }).click();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.locator('.brun').first().getByText('Done').first().waitFor({ timeout: 60_000 });
  await v.picture('business-workflow-run');
  await page.getByRole('button', { name: 'Delete Monday figures' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL(/\/business\/workflows$/);
}

export async function settings(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/business/settings');
  const week = page.getByLabel('Weeks begin on');
  await week.selectOption('sunday');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  await page.reload();
  expect((await week.inputValue()) === 'sunday', 'the first day of the week is kept');
  await week.selectOption('monday');
  await page.getByRole('button', { name: 'Save' }).click();
  await v.isAccessible('the settings of business data');
}

const PAGES = [
  ['/business', 'Business'],
  ['/business/ask', 'Ask'],
  ['/business/sources', 'Sources'],
  ['/business/actions', 'Actions'],
  ['/business/tasks', 'Tasks'],
  ['/business/workflows', 'Workflows'],
  ['/business/settings', 'Settings'],
] as const;

export async function onPhone(v: Visitor): Promise<void> {
  await v.signIn();
  for (const [path, name] of PAGES) {
    await v.go(path);
    await heading(v, name);
    if (path === '/business') await tiles(v).first().waitFor();
    await fits(v, name);
    await v.isAccessible(`${name} on a phone`);
    await v.picture(`phone-business-${name.toLowerCase()}`);
  }
}

export async function inTheDark(v: Visitor): Promise<void> {
  await v.signIn();
  for (const [path, name] of PAGES) {
    await v.go(path);
    await heading(v, name);
    if (path === '/business') await tiles(v).first().waitFor();
    await v.isAccessible(`${name} in the dark`);
    await v.picture(`dark-business-${name.toLowerCase()}`);
  }
}
