import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = fileURLToPath(new URL('../../test-output/', import.meta.url));

/** Somebody who signs in. */
export interface Someone {
  name: string;
  email: string;
}

export const ADA: Someone = { name: 'Ada Lovelace', email: 'ada@example.org' };
export const PASSWORD = 'a long password';
export const PROVIDER_URL = process.env.PROVIDER_URL ?? 'http://127.0.0.1:29100/v1';

export interface Options {
  phone?: boolean;
  dark?: boolean;
}

/** A person at a browser. Whatever goes wrong in the page while they look at it is remembered. */
export class Visitor {
  readonly troubles: string[] = [];

  private constructor(
    readonly base: string,
    private readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.troubles.push(`fault: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Each child in a list|hydrat/i.test(message.text())) {
        this.troubles.push(message.text());
      }
    });
  }

  static async arrive(base: string, { phone = false, dark = false }: Options = {}) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ARGUMENTS,
    });
    const context = await browser.newContext({
      viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      hasTouch: phone,
      isMobile: phone,
      locale: 'en-GB',
    });
    context.setDefaultTimeout(30_000);
    return new Visitor(base, browser, context, await context.newPage());
  }

  async leave(): Promise<void> {
    await this.browser.close();
  }

  go(path: string) {
    return this.page.goto(this.base + path);
  }

  async signIn(who: Someone = ADA): Promise<void> {
    await this.go('/sign-in');
    await this.page.getByLabel('E-mail').fill(who.email);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.composer.waitFor();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  get answers(): Locator {
    return this.page.locator('.turn-answer');
  }

  get lastAnswer(): Locator {
    return this.answers.last();
  }

  async ask(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Until nothing runs any more and the last answer stands. */
  async answered(): Promise<string> {
    await this.page.locator('.turn-answer[aria-busy="false"]').last().waitFor();
    await this.page.getByRole('button', { name: 'Stop answering' }).waitFor({ state: 'detached' });
    return (await this.lastAnswer.locator('.md').last().textContent()) ?? '';
  }

  async chooseModel(words: string): Promise<void> {
    await this.page.locator('.composer .model-chip').click();
    await this.page.getByRole('searchbox', { name: 'Search models' }).fill(words);
    await this.page.locator('.model-row:not([data-off])').first().click();
    await this.page.locator('.model-panel:popover-open').waitFor({ state: 'detached' });
    await this.page.waitForTimeout(100); // no hand is quicker
  }

  /** Nothing that shuts people out: axe at the levels serious and critical. */
  async isAccessible(what: string): Promise<void> {
    await this.page.waitForTimeout(350); // colours fade in
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: Violation[] }> };
      };
      interface Violation {
        id: string;
        impact: string;
        nodes: { target: string[]; failureSummary: string }[];
      }
      const { violations } = await axe.run();
      return violations
        .filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map(
          (v) =>
            `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join(' | ')}`,
        );
    });
    if (found.length > 0) throw new Error(`axe on ${what}: ${found.join('\n')}`);
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: `${pictures}${name}.png` });
  }
}

/** Waits for something to become true, for as long as a patient person would. */
export async function until(what: string, truth: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await truth()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Expected in time: ${what}`);
}

export function expect(truth: unknown, what: string): asserts truth {
  if (!truth) throw new Error(`Expected: ${what}`);
}

/** Makes the provider behind the real server behave in a certain way; empty: as the model's name says. */
export async function provider(script: string): Promise<void> {
  if (!process.env.PROVIDER_URL) return;
  await fetch(new URL('/script', PROVIDER_URL), { method: 'POST', body: script });
}
