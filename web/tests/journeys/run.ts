/**
 * Journeys through the page in a real browser, against any server that is empty:
 *   TRIBUTARY_URL  its address; without one, the stand-in is started
 *   PROVIDER_URL   an OpenAI-compatible provider that the server can reach, ending in /v1
 *   CHROMIUM       the browser
 *   ONLY           parts of it (day, search, files, business, tabs, rooms, away, phone, dark, admin), where the first
 *                  run is done; with `begin` among them it is done first
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { edit, fork, regenerate } from './branches.ts';
import * as admin from './admin.ts';
import { assistants, assistantsOnPhone } from './assistants.ts';
import * as business from './business.ts';
import { ask, beginOffline, drafts, goOn, offline, reload, stop, writeOn } from './conversation.ts';
import { meet, nextPerson, offlineTwo, sleep, twoDevices, version } from './away.ts';
import { dark, phone, phoneRoom } from './devices.ts';
import { addKey, firstRun } from './first-run.ts';
import { BEA, join } from './company.ts';
import { analyse, attach, cite, filesOnPhone, large, library, look, reject } from './files.ts';
import { Line } from './line.ts';
import { live } from './live.ts';
import type { Pair } from './rooms.ts';
import { closing, letIn, mention, model, presence, unread } from './rooms.ts';
import { audit, palette, security, settings, signOut, tokens, usage, workspace } from './pages.ts';
import * as search from './search.ts';
import { threads } from './threads.ts';
import type { Options } from './visitor.ts';
import { Visitor } from './visitor.ts';

type Journey = [name: string, walk: (v: Visitor) => Promise<void>];

const begin: Journey[] = [
  ['first run', firstRun],
  ['a wrong key and a right one', addKey],
];

const day: Journey[] = [
  ...begin,
  ['ask and read', ask],
  ['reload in the middle', reload],
  ['stop', stop],
  ['continue', goOn],
  ['write on while it answers', writeOn],
  ['offline', offline],
  ['a conversation begun offline', beginOffline],
  ['drafts', drafts],
  ['another answer', regenerate],
  ['edit and branch arrows', edit],
  ['fork', fork],
  ['rename, pin, find, archive, delete, undo', threads],
  ['settings persist', settings],
  ['security', security],
  ['API tokens', tokens],
  ['workspace and invitation', workspace],
  ['usage', usage],
  ['audit', audit],
  ['palette and keys', palette],
  ['sign out', signOut],
];

const searching: Journey[] = [
  ['found by a word, at the very place', search.byWord],
  ['people and chats are offered', search.operators],
  ['found in a file', search.inFiles],
  ['the page of what was found', search.resultsPage],
  ['found by meaning', search.byMeaning],
  ['titles without a network', search.withoutNetwork],
  ['assistants', assistants],
];
const searchingOnPhone: Journey[] = [
  ['search on a phone', search.onPhone],
  ['assistants on a phone', assistantsOnPhone],
];

const withFiles: Journey[] = [
  ['attach a picture and a PDF', attach],
  ['a citation opens its page', cite],
  ['ask about a file', analyse],
  ['look at pictures', look],
  ['a file that is refused', reject],
  ['a large file in parts', large],
  ['all files', library],
];

const withBusiness: Journey[] = [
  ['nothing connected, then a demonstration shop', business.demo],
  ['metrics', business.metrics],
  ['a metric closely', business.closely],
  ['ask, ask on, and see how', business.asked],
  ['a source and a file', business.sources],
  ['nothing is sent without a yes', business.actions],
  ['tasks', business.tasks],
  ['a workflow', business.workflows],
  ['how days and money are counted', business.settings],
];

const withAdmin: Journey[] = [
  ['administration, page by page', admin.around],
  ['monitoring', admin.monitoring],
  ['alerts and their settings', admin.alerts],
  ['a budget', admin.budgets],
  ['people', admin.people],
  ['workspaces', admin.workspaces],
  ['audit, access, compliance', admin.records],
  ['system, jobs, backups', admin.installation],
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

async function steps(visitors: Visitor[], journeys: [string, () => Promise<void>][]) {
  for (const [name, go] of journeys) {
    const began = Date.now();
    try {
      await go();
      const troubles = visitors.flatMap((v) => v.troubles);
      if (troubles.length > 0) throw new Error(troubles.join('\n'));
      console.log(`  ok    ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      console.log(`  FAIL  ${name}`);
      console.log(error instanceof Error ? error.message : error);
      for (const [i, v] of visitors.entries()) {
        await v.picture(`failed-${i}`).catch(() => undefined);
      }
      return false;
    }
  }
  return true;
}

async function walk(base: string, options: Options, journeys: Journey[]): Promise<boolean> {
  const visitor = await Visitor.arrive(base, options);
  try {
    return await steps(
      [visitor],
      journeys.map(([name, go]) => [name, () => go(visitor)]),
    );
  } finally {
    await visitor.leave();
  }
}

type InPair = [name: string, walk: (pair: Pair, line: Line) => Promise<void>];

const room: InPair[] = [
  ['who is here, writes, has read', presence],
  ['mention, reply, reaction', mention],
  ['a model is asked by name, and stopped', model],
  ['unread and muted', unread],
  ['reader, removed, back', closing],
];
const away: InPair[] = [
  ['one offline for a while', offlineTwo],
  ['asleep, cut, silent', sleep],
  ['installed and renewed', version],
  ['the next person', nextPerson],
  ['two devices', twoDevices],
];

/** Two people at once, one of them on a line that can break. */
async function together(
  base: string,
  begin: [string, (ada: Visitor, bea: Visitor) => Promise<Pair>],
  journeys: InPair[],
): Promise<boolean> {
  const line = await Line.to(base);
  const ada = await Visitor.arrive(base);
  const bea = await Visitor.arrive(line.url);
  let pair: Pair | undefined;
  const [name, meeting] = begin;
  try {
    return await steps(
      [ada, bea],
      [
        [
          name,
          async () => {
            await ada.signIn();
            await join(ada, bea, BEA);
            pair = await meeting(ada, bea);
          },
        ],
        ...journeys.map(([name, go]): [string, () => Promise<void>] => [
          name,
          async () => {
            if (pair) await go(pair, line);
          },
        ]),
      ],
    );
  } finally {
    await ada.leave();
    await bea.leave();
    line.end();
  }
}

const own = process.env.TRIBUTARY_URL ? null : await standIn();
const base = (own?.url ?? process.env.TRIBUTARY_URL ?? '').replace(/\/$/, '');
console.log(`journeys at ${base}`);
const only = process.env.ONLY?.split(',');
const part = async (name: string, go: () => Promise<boolean>) =>
  (only && !only.includes(name)) || (await go());
const good =
  (!only?.includes('begin') || (await walk(base, {}, begin))) &&
  (await part('day', () => walk(base, {}, day))) &&
  (await part('search', () => walk(base, {}, searching))) &&
  (await part('search', () => walk(base, { phone: true }, searchingOnPhone))) &&
  (await part('files', () => walk(base, {}, withFiles))) &&
  (await part('files', () => walk(base, { phone: true }, [['files on a phone', filesOnPhone]]))) &&
  (await part('business', () => walk(base, {}, withBusiness))) &&
  (own !== null ||
    (await part('business', () => walk(base, {}, [['a number in a chat', business.inChat]])))) &&
  (await part('business', () =>
    walk(base, { phone: true }, [['business on a phone', business.onPhone]]),
  )) &&
  (await part('business', () =>
    walk(base, { dark: true }, [['business in the dark', business.inTheDark]]),
  )) &&
  (await part('tabs', () => walk(base, {}, twoTabs))) &&
  (own !== null ||
    (await part('rooms', () => together(base, ['a thread is shared', letIn], room)))) &&
  (own !== null || (await part('away', () => together(base, ['two meet', meet], away)))) &&
  (await part('phone', () => walk(base, { phone: true }, [['on a phone', phone]]))) &&
  (own !== null ||
    (await part('rooms', () => walk(base, { phone: true }, [['a room on a phone', phoneRoom]])))) &&
  (await part('dark', () => walk(base, { dark: true }, [['in the dark', dark]]))) &&
  // The stand-in has none of this.
  (own !== null || (await part('admin', () => walk(base, {}, withAdmin)))) &&
  (own !== null ||
    (await part('admin', () =>
      walk(base, { phone: true }, [['administration on a phone', admin.onPhone]]),
    ))) &&
  (own !== null ||
    (await part('admin', () =>
      walk(base, { dark: true }, [['administration in the dark', admin.inTheDark]]),
    )));
own?.end();
process.exit(good ? 0 : 1);
