import { expect } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** Settings show at once and are still there after a reload. */
export async function settings(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/settings');
  const saved = () =>
    page.waitForResponse((r) => r.url().endsWith('/settings') && r.request().method() === 'PATCH');
  for (const choice of ['Dark', 'Serif', 'Compact', 'Ctrl + Enter']) {
    const answer = saved();
    await page.getByRole('radio', { name: choice, exact: true }).click();
    await answer;
  }
  await v.isAccessible('settings, in the dark');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  const look = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  expect(look.theme === 'dark', 'the theme is kept');
  expect(look.font === 'serif', 'the font is kept');
  expect(look.density === 'compact', 'the density is kept');
  expect(
    await page.getByRole('radio', { name: 'Ctrl + Enter' }).isChecked(),
    'the send key is kept',
  );
  for (const choice of ['As the system', 'Sans', 'Roomy', 'Enter']) {
    const answer = saved();
    await page.getByRole('radio', { name: choice, exact: true }).click();
    await answer;
  }
}

/** How one signs in, and where. */
export async function security(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/settings');
  await page.locator('a[href="/settings/security"]').click();
  await page.getByRole('heading', { name: 'Authenticator app' }).waitFor();
  await page.getByText('This device').waitFor();
  await v.isAccessible('security');
  await v.picture('security');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill('not the password');
  await v.isAccessible('the proof of a person');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** A token is shown once, and revoked. */
export async function tokens(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/settings');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByLabel('What is it for?').fill('Journey');
  await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click();
  const token = await page.locator('.secret code').textContent();
  expect(token?.startsWith('trb_'), 'a token is shown');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  const row = page.locator('.rows li', { hasText: 'Journey' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.waitFor({ state: 'detached' });
}

/** The workspace, its members, and an invitation. */
export async function workspace(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/workspace');
  await page.getByLabel('House style').fill('Short and friendly.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail of the person').fill('grace@example.org');
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  await page.locator('.secret code').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await v.isAccessible('the workspace page');
  await page.locator('.rows li', { hasText: 'grace@example.org' }).waitFor();
}

export async function usage(v: Visitor): Promise<void> {
  await v.go('/usage');
  await v.page.locator('.chart svg').waitFor();
  await v.page.locator('.table tbody tr').first().waitFor();
  await v.page.getByRole('radio', { name: 'Tokens' }).click();
  await v.isAccessible('usage');
  await v.picture('usage');
}

export async function audit(v: Visitor): Promise<void> {
  await v.go('/admin/audit');
  await v.page.locator('.table tbody tr').first().waitFor();
  await v.isAccessible('the audit trail');
}

/** Everything by a few letters, and the sheet of all keys. */
export async function palette(v: Visitor): Promise<void> {
  const { page } = v;
  await v.go('/');
  await v.composer.waitFor();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search and commands' });
  await box.fill('usage');
  await v.isAccessible('the palette');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
  await page.keyboard.press('Control+k');
  await box.fill('on rivers');
  await page.getByRole('option', { name: /On rivers/ }).click();
  await page.waitForURL(/\/c\//);
  await page.locator('.chat-head').click();
  await page.keyboard.press('Shift+?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await v.isAccessible('the keyboard sheet');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

export async function signOut(v: Visitor): Promise<void> {
  const { page } = v;
  await page.locator('.person').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await v.isAccessible('the sign-in page');
  // Another service leads back here when it refuses.
  await v.go('/login?error=OIDC_EMAIL_UNVERIFIED');
  await page.getByRole('alert').getByText('is not verified there').waitFor();
  await v.isAccessible('a refused sign-in');
  await v.picture('sign-in-refused');
  await v.go('/settings');
  await page.waitForURL(/sign-in/);
}
