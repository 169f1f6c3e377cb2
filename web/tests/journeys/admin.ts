import { join } from './company.ts';
import { fits } from './search.ts';
import { expect, until } from './visitor.ts';
import type { Someone } from './visitor.ts';
import { ADA, Visitor } from './visitor.ts';

/** Somebody who is only here to be administered. */
const IDA: Someone = { name: 'Ida Rhodes', email: 'ida@example.org' };

const PAGES = [
  ['monitoring', 'Monitoring'],
  ['alerts', 'Alerts'],
  ['alerts/settings', 'Alerts'],
  ['budgets', 'Budgets'],
  ['people', 'People'],
  ['workspaces', 'Workspaces'],
  ['audit', 'Audit trail'],
  ['access', 'Access log'],
  ['compliance', 'Compliance report'],
  ['system', 'System'],
  ['jobs', 'Jobs'],
  ['backups', 'Backups'],
] as const;

/** A page is there with what it shows, and not only its bones. */
async function there(v: Visitor, path: string, title: string): Promise<void> {
  await v.go(`/admin/${path}`);
  await v.page.getByRole('heading', { level: 1, name: title }).waitFor();
  await until(`${title} is loaded`, async () => (await v.page.locator('main .bone').count()) === 0);
  expect((await v.page.locator('main .notice-danger').count()) === 0, `${title} has no error`);
}

const person = (v: Visitor, who: Someone) => v.page.locator('.aperson', { hasText: who.email });

async function act(v: Visitor, who: Someone, name: string | RegExp): Promise<void> {
  await person(v, who)
    .getByRole('button', { name: `What can be done about ${who.name}` })
    .click();
  await v.page.getByRole('menuitem', { name }).click();
}

/** From the menu of one's own to the first page, and to all others. */
export async function around(v: Visitor): Promise<void> {
  const { page } = v;
  await v.signIn();
  await page.locator('.person').click();
  await page.getByRole('menuitem', { name: /^Administration/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Monitoring' }).waitFor();
  const ways = page.getByRole('navigation', { name: 'Administration' });
  for (const name of ['People', 'Workspaces', 'Access log', 'Backups', 'Monitoring']) {
    await ways.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }
}

/** Figures, parts, and charts that go another way back and are split. */
export async function monitoring(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'monitoring', 'Monitoring');
  await page.locator('.afigure').first().waitFor();
  await page.locator('.aparts li').first().waitFor();
  await page.getByRole('region', { name: 'Requests per minute' }).waitFor();
  await v.isAccessible('monitoring');
  await v.picture('admin-monitoring');
  await page.getByRole('radio', { name: '1 hour' }).click();
  await page.getByLabel('Split by').selectOption({ label: 'Route' });
  await page.waitForURL(/range=1h/);
  await page.waitForURL(/by=route/);
  await page.reload();
  expect(await page.getByRole('radio', { name: '1 hour' }).isChecked(), 'the range is kept');
  await until('no chart waits', async () => (await page.locator('main .bone').count()) === 0);
  const chart = page.getByRole('slider').first();
  if ((await chart.count()) > 0) {
    await chart.focus();
    const newest = await chart.getAttribute('aria-valuetext');
    await chart.press('Home');
    expect((await chart.getAttribute('aria-valuetext')) !== newest, 'arrow keys walk a chart');
    await page.locator('.acharts summary').first().click();
    await page.locator('.achart-table tbody tr').first().waitFor();
  }
  await v.isAccessible('monitoring, split');
}

/** What is watched, and who is told. */
export async function alerts(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'alerts', 'Alerts');
  await page.locator('.aalert').or(page.getByText('Nothing looks wrong')).first().waitFor();
  await v.isAccessible('alerts');
  await v.picture('admin-alerts');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const mail = page.getByLabel('E-mail', { exact: true });
  await mail.fill('ops@example.org, eva@example.org');
  const rule = page.locator('.arule').first();
  const threshold = rule.getByRole('textbox');
  const before = await threshold.inputValue();
  await threshold.fill('7');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  await page.reload();
  await mail.waitFor();
  expect((await mail.inputValue()) === 'ops@example.org, eva@example.org', 'addresses are kept');
  expect((await threshold.inputValue()) === '7', 'a threshold is kept');
  await v.isAccessible('the settings of alerts');
  await v.picture('admin-alert-settings');
  await threshold.fill(before);
  await mail.fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
}

/** One for the workspace: made, changed, and taken away. */
export async function budgets(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'budgets', 'Budgets');
  await v.isAccessible('no budgets');
  await page.getByRole('button', { name: 'New budget' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Limit in USD').fill('nothing');
  expect(
    await dialog.getByRole('button', { name: 'Save' }).isDisabled(),
    'an amount that is none is not sent',
  );
  await dialog.getByLabel('Limit in USD').fill('4321.50');
  await v.isAccessible('a new budget');
  await v.picture('admin-budget-new');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const card = page.locator('.abudget', { hasText: '4,321.50' });
  await card.getByRole('meter').waitFor();
  await card.getByRole('button', { name: /^Change budget/ }).click();
  await dialog.getByLabel('Limit in USD').fill('5000');
  await dialog.getByText('Only tell', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  const changed = page.locator('.abudget', { hasText: '5,000' });
  await changed.getByText(/Only tell/).waitFor();
  await v.isAccessible('budgets');
  await v.picture('admin-budgets');
  await changed.getByRole('button', { name: /^Delete/ }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await changed.waitFor({ state: 'detached' });
}

/** Somebody who comes, is disabled, comes back, and is erased. */
export async function people(v: Visitor): Promise<void> {
  const { page } = v;
  const ida = await Visitor.arrive(v.base);
  try {
    await join(v, ida, IDA);
  } finally {
    await ida.leave();
  }
  await there(v, 'people', 'People');
  await page.getByLabel('Find a person').fill('rhodes');
  await person(v, ADA).waitFor({ state: 'detached' });
  await person(v, IDA).waitFor();
  await v.isAccessible('people');
  await v.picture('admin-people');
  await act(v, IDA, 'Disable the account');
  await person(v, IDA).getByText('Disabled').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await person(v, IDA).getByText('Disabled').waitFor({ state: 'detached' });
  await act(v, IDA, 'Sign out everywhere');
  await page.getByText(`${IDA.name} is signed out everywhere`).waitFor();
  await act(v, IDA, /^Open a conversation/);
  await page.getByText(/is told at once/).waitFor();
  await v.isAccessible('a conversation of somebody else');
  await page.keyboard.press('Escape');

  await act(v, IDA, /^Erase/);
  const dialog = page.getByRole('dialog');
  const erase = dialog.getByRole('button', { name: 'Erase for good' });
  await dialog.getByRole('textbox').fill(IDA.name);
  expect(await erase.isDisabled(), 'another word does not erase');
  await dialog.getByRole('textbox').fill(IDA.email);
  await v.isAccessible('to erase somebody');
  await v.picture('admin-erase');
  await erase.click();
  await person(v, IDA).waitFor({ state: 'detached' });
}

/** Every workspace; none is erased by another name. */
export async function workspaces(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'workspaces', 'Workspaces');
  const row = page.locator('tbody tr').first();
  const name = (await row.getByRole('rowheader').textContent()) ?? '';
  await row.getByRole('button', { name: `Erase: ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(`${name}?`);
  expect(
    await dialog.getByRole('button', { name: 'Erase for good' }).isDisabled(),
    'another name does not erase',
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await v.isAccessible('workspaces');
  await v.picture('admin-workspaces');
}

/** The trail is read, narrowed down, proven and taken along; who came in; the report on paper. */
export async function records(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'audit', 'Audit trail');
  await page.locator('tbody tr').first().waitFor();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText(/^Whole:/).waitFor();
  await v.isAccessible('the audit trail');
  await v.picture('admin-audit');
  await page.getByLabel('Action', { exact: true }).fill('user.');
  await until('only what was done to people', async () => {
    const actions = await page.locator('tbody th').allTextContents();
    return actions.length > 0 && actions.every((action) => action.startsWith('user.'));
  });
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^CSV/ }).click(),
  ]);
  expect(file.suggestedFilename() === 'audit.csv', 'the trail is a file');

  await there(v, 'access', 'Access log');
  await page.locator('tbody tr').first().waitFor();
  await v.isAccessible('the access log');
  await v.picture('admin-access');

  await there(v, 'compliance', 'Compliance report');
  await page.getByRole('heading', { name: 'Who has access' }).waitFor();
  await v.isAccessible('the compliance report');
  await v.picture('admin-compliance');
  await page.emulateMedia({ media: 'print' });
  expect(!(await page.locator('.sidebar').isVisible()), 'paper has no sidebar');
  expect(!(await page.locator('.anav').isVisible()), 'paper has no navigation');
  await v.picture('admin-compliance-paper');
  await page.emulateMedia({ media: null });
}

/** What it stands on, what was given up, and a copy of it all. */
export async function installation(v: Visitor): Promise<void> {
  const { page } = v;
  await there(v, 'system', 'System');
  await page.locator('.abackends dd').first().waitFor();
  await v.isAccessible('the system');
  await v.picture('admin-system');
  await there(v, 'jobs', 'Jobs');
  await page.locator('.ajob').or(page.getByText('Nothing was given up')).first().waitFor();
  await v.isAccessible('jobs');
  await v.picture('admin-jobs');
  await there(v, 'backups', 'Backups');
  await page.getByRole('button', { name: 'Back up now' }).click();
  // Where no place is set for backups, the server says so in one sentence.
  await page.locator('.ajob').or(page.locator('.toast')).first().waitFor();
  await v.isAccessible('backups');
  await v.picture('admin-backups');
}

export async function onPhone(v: Visitor): Promise<void> {
  await v.signIn();
  for (const [path, title] of PAGES) {
    await there(v, path, title);
    await fits(v, title);
    await v.isAccessible(`${title} on a phone`);
    await v.picture(`phone-admin-${path.replace('/', '-')}`);
  }
}

export async function inTheDark(v: Visitor): Promise<void> {
  await v.signIn();
  for (const [path, title] of PAGES) {
    await there(v, path, title);
    await v.isAccessible(`${title} in the dark`);
    await v.picture(`dark-admin-${path.replace('/', '-')}`);
  }
}
