import { Dexie, type EntityTable } from 'dexie';
import type { Outbox, OutboxItem } from './outbox';

interface KeptRow {
  key: string;
  value: unknown;
  at: number;
}
/** Whose and where: a person in a workspace. */
type OutboxRow = OutboxItem & { owner: string };
interface IdRow {
  temporary: string;
  id: string;
}

/** So many conversations are kept for reading without a network. */
const CONVERSATIONS = 30;
const PER_CONVERSATION = ['["thread",', '["messages",', '["thread-members",'];

const db = new Dexie('tributary') as Dexie & {
  kept: EntityTable<KeptRow, 'key'>;
  outbox: EntityTable<OutboxRow, 'id'>;
  ids: EntityTable<IdRow, 'temporary'>;
};
db.version(1).stores({ kept: 'key, at', outbox: 'id, at', ids: 'temporary' });

const OWNER = 'owner';
let owner = '';

function ownerOf(userId: string, workspaceId: string): string {
  return `${userId} ${workspaceId}`;
}

/** What an earlier person left is taken away; what oneself left in another workspace waits there. */
export async function claim(userId: string, workspaceId: string): Promise<void> {
  const before = (await db.kept.get(OWNER))?.value;
  owner = ownerOf(userId, workspaceId);
  if (before === owner) return;
  await db.transaction('rw', db.kept, db.outbox, async () => {
    await db.kept.clear();
    await db.outbox.filter((row) => !row.owner.startsWith(`${userId} `)).delete();
    await db.kept.put({ key: OWNER, value: owner, at: Date.now() });
  });
}

export async function readKept(key: string): Promise<unknown> {
  return (await db.kept.get(key))?.value;
}

export async function writeKept(rows: { key: string; value: unknown }[]): Promise<void> {
  const at = Date.now();
  await db.transaction('rw', db.kept, async () => {
    await db.kept.bulkPut(rows.map((row) => ({ ...row, at })));
    for (const prefix of PER_CONVERSATION) {
      const keys = await db.kept.where('key').startsWith(prefix).primaryKeys();
      if (keys.length <= CONVERSATIONS) continue;
      const found = await db.kept.bulkGet(keys);
      const newest = found.filter((r) => r !== undefined).sort((a, b) => b.at - a.at);
      await db.kept.bulkDelete(newest.slice(CONVERSATIONS).map((r) => r.key));
    }
  });
}

export async function dropKept(keys: string[]): Promise<void> {
  await db.kept.bulkDelete(keys);
}

export async function clearAll(): Promise<void> {
  await db.transaction('rw', db.kept, db.outbox, db.ids, async () => {
    await Promise.all([db.kept.clear(), db.outbox.clear(), db.ids.clear()]);
  });
}

export async function readOutbox(): Promise<Outbox> {
  const [rows, ids] = await Promise.all([db.outbox.orderBy('at').toArray(), db.ids.toArray()]);
  const items = rows.filter((row) => row.owner === owner).map(({ owner: _, ...item }) => item);
  return { items, ids: Object.fromEntries(ids.map((row) => [row.temporary, row.id])) };
}

export async function addToOutbox(
  item: OutboxItem,
  userId: string,
  workspaceId: string,
): Promise<void> {
  await db.outbox.put({ ...item, owner: ownerOf(userId, workspaceId) });
}

/** Writes what changed, all of it or nothing. */
export async function saveOutbox(before: Outbox, after: Outbox): Promise<void> {
  const was = new Map(before.items.map((i) => [i.id, i]));
  const is = new Set(after.items.map((i) => i.id));
  const changed = after.items.filter((i) => was.get(i.id) !== i);
  const gone = [...was.keys()].filter((id) => !is.has(id));
  const ids = Object.entries(after.ids).filter(([temporary]) => !(temporary in before.ids));
  await db.transaction('rw', db.outbox, db.ids, async () => {
    if (changed.length > 0) await db.outbox.bulkPut(changed.map((i) => ({ ...i, owner })));
    if (gone.length > 0) await db.outbox.bulkDelete(gone);
    if (ids.length > 0) await db.ids.bulkPut(ids.map(([temporary, id]) => ({ temporary, id })));
  });
}
