import type { Someone, Visitor } from './visitor.ts';
import { ADA, expect, PASSWORD, until } from './visitor.ts';

export const BEA: Someone = { name: 'Beatrice Shilling', email: 'bea@example.org' };
export const CARL: Someone = { name: 'Carl Sagan', email: 'carl@example.org' };

/** One person invites another, who follows the link and makes an account. */
export async function join(host: Visitor, guest: Visitor, who: Someone): Promise<void> {
  const made = await host.context.request.post(`${host.base}/api/v1/members`, {
    headers: { 'x-csrf': '1' },
    data: { email: who.email, role: 'member' },
  });
  // Walked again on the same server, they are here already.
  if (made.status() === 409) return guest.signIn(who);
  expect(made.ok(), `${who.name} is invited`);
  const { data } = (await made.json()) as { data: { invitation: { token: string } | null } };
  if (!data.invitation) return guest.signIn(who);
  await guest.go(`/invite/${data.invitation.token}`);
  await guest.page.getByLabel('Your name').fill(who.name);
  await guest.page.getByLabel('Password').fill(PASSWORD);
  await guest.page.locator('form button[type="submit"]').click();
  await guest.composer.waitFor();
}

/** Something of one's own to begin with, in a thread of its own; answers its address. */
export async function begin(v: Visitor, text: string): Promise<string> {
  await v.go('/');
  await v.ask(text);
  await v.page.waitForURL(/\/c\/[0-9a-f]{8}-/);
  await v.answered();
  return new URL(v.page.url()).pathname;
}

/** Lets people in by the dialog, with the keyboard alone. */
export async function share(v: Visitor, people: Someone[]): Promise<void> {
  const { page } = v;
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this chat' });
  await dialog.getByRole('radio', { name: /People you pick/ }).click();
  for (const { name } of people) {
    await dialog.getByRole('combobox', { name: 'Add people' }).fill(name.slice(0, 4));
    await dialog.getByRole('option', { name }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('list', { name: 'People in this chat' }).getByText(name).waitFor();
  }
}

export async function done(v: Visitor): Promise<void> {
  await v.page.getByRole('button', { name: 'Done' }).click();
  await v.page.locator('dialog[open]').waitFor({ state: 'detached' });
}

/** The texts of all messages that people wrote, from the top, without what they quote. */
export function said(v: Visitor): Promise<string[]> {
  return v.page.locator('.turn-said .bubble').evaluateAll((all) =>
    all.map((bubble) => {
      const copy = bubble.cloneNode(true) as Element;
      for (const quote of copy.querySelectorAll('.quote')) quote.remove();
      return copy.textContent ?? '';
    }),
  );
}

/** Both see the same messages, each once. */
export async function agree(people: Visitor[], texts: string[]): Promise<void> {
  for (const v of people) {
    await until(`all of ${texts.join(', ')}`, async () => {
      const all = await said(v);
      return texts.every((text) => all.some((x) => x.includes(text)));
    });
  }
  await until('the same order for all', async () => {
    const lists = await Promise.all(people.map(said));
    return lists.every((list) => list.join('|') === lists[0]?.join('|'));
  });
  const list = (await Promise.all(people.map(said)))[0] ?? [];
  for (const text of texts) {
    const times = list.filter((x) => x.includes(text)).length;
    expect(times === 1, `“${text}” once, not ${times} times`);
  }
}

/** Ada's row of the sidebar for the thread at an address, as somebody sees it. */
export function row(v: Visitor, path: string) {
  return v.page.locator('.thread', { has: v.page.locator(`a[href="${path}"]`) });
}

export { ADA };
