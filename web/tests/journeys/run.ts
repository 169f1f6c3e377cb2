/**
 * Journeys through the page in a real browser, against any server that is empty:
 *   TRIBUTARY_URL  its address; without one, the stand-in is started
 *   PROVIDER_URL   an OpenAI-compatible provider that the server can reach, ending in /v1
 *   CHROMIUM       the browser
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { edit, fork, regenerate } from './branches.ts';
import { ask, beginOffline, drafts, goOn, offline, reload, stop } from './conversation.ts';
import { dark, phone } from './devices.ts';
import { addKey, firstRun } from './first-run.ts';
import { live } from './live.ts';
import { audit, palette, settings, signOut, tokens, usage, workspace } from './pages.ts';
import { threads } from './threads.ts';
import type { Options } from './visitor.ts';
import { Visitor } from './visitor.ts';

type Journey = [name: string, walk: (v: Visitor) => Promise<void>];

const day: Journey[] = [
  ['first run', firstRun],
  ['a wrong key and a right one', addKey],
  ['ask and read', ask],
  ['reload in the middle', reload],
  ['stop', stop],
  ['continue', goOn],
  ['offline', offline],
  ['a conversation begun offline', beginOffline],
  ['drafts', drafts],
  ['another answer', regenerate],
  ['edit and branch arrows', edit],
  ['fork', fork],
  ['rename, pin, find, archive, delete, undo', threads],
  ['settings persist', settings],
  ['API tokens', tokens],
  ['workspace and invitation', workspace],
  ['usage', usage],
  ['audit', audit],
  ['palette and keys', palette],
  ['sign out', signOut],
];

const twoTabs: Journey[] = [
  [
    'two tabs, one connection',
    async (v) => {
      await v.signIn();
      await live(v);
    },
  ],
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function standIn(): Promise<{ url: string; end: () => void }> {
  const port = await freePort();
  const main = fileURLToPath(new URL('../standin/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, PORT: String(port), ACCESS_MS: '4000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${port}`, end: () => child.kill() };
}

async function walk(base: string, options: Options, journeys: Journey[]): Promise<boolean> {
  const visitor = await Visitor.arrive(base, options);
  try {
    for (const [name, go] of journeys) {
      const began = Date.now();
      try {
        await go(visitor);
        if (visitor.troubles.length > 0) throw new Error(visitor.troubles.join('\n'));
        console.log(`  ok    ${name} (${Date.now() - began} ms)`);
      } catch (error) {
        console.log(`  FAIL  ${name}`);
        console.log(error instanceof Error ? error.message : error);
        await visitor.picture('failed').catch(() => undefined);
        return false;
      }
    }
    return true;
  } finally {
    await visitor.leave();
  }
}

const own = process.env.TRIBUTARY_URL ? null : await standIn();
const base = (own?.url ?? process.env.TRIBUTARY_URL ?? '').replace(/\/$/, '');
console.log(`journeys at ${base}`);
const good =
  (await walk(base, {}, day)) &&
  (await walk(base, {}, twoTabs)) &&
  (await walk(base, { phone: true }, [['on a phone', phone]])) &&
  (await walk(base, { dark: true }, [['in the dark', dark]]));
own?.end();
process.exit(good ? 0 : 1);
