import type {
  Me,
  Member,
  Message,
  Notification,
  ReadMark,
  Settings,
  SettingValues,
  Thread,
  ThreadDraft,
  ThreadMember,
  ThreadShared,
  ThreadState,
  Workspace,
} from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { announce, announceSaid } from '@/areas/chat/announcing';
import { adoptDraft } from '@/areas/chat/drafts';
import { receiveMessages, receiveNewest } from '@/areas/chat/messages';
import type { FileOut } from '@/areas/files/contract';
import { doubtFiles, loseFiles, receiveFiles } from '@/areas/files/store';
import {
  amendThread,
  dropThread,
  knownThread,
  receiveThread,
  refreshThread,
  refreshThreads,
} from '@/areas/chat/threads';
import type { Loaded } from './branch';
import type { GenFrame, GenSnapFrame, Parts, PokeFrame } from './frames';
import { generations } from './generations';
import { kept } from './kept';
import { followNames } from './names';
import { upsert, without } from './parts';

type Part<T> = T | undefined;

function threadOf(c: string): string {
  return c.slice(2);
}

function storedMessage(threadId: string, id: string): Message | null {
  const loaded = queryClient.getQueryData<Loaded>(keys.messages(threadId));
  return loaded?.messages.find((m) => m.id === id) ?? null;
}

/** Puts rows into a list that is loaded; where none is, none begins. */
function upsertInto<T extends object>(
  key: readonly unknown[],
  fresh: Part<T[]>,
  gone: Part<string[]>,
  by: string,
): void {
  if (!fresh && !gone) return;
  queryClient.setQueryData<T[]>(key, (rows) => {
    if (!rows) return rows;
    return without(upsert(rows, fresh ?? [], by), gone ?? [], by);
  });
}

function settle(messages: Message[]): void {
  for (const message of messages) {
    if (message.status !== 'streaming') generations.finish(message.id);
  }
}

function applyThread(c: string, d: Parts, whole: boolean): void {
  const id = threadOf(c);
  const thread = d.thread as Part<ThreadShared>;
  const messages = d.messages as Part<Message[]>;
  const gone = d.gone ?? {};
  if (whole) {
    if (messages) receiveNewest(id, messages);
    queryClient.setQueryData(keys.threadMembers(id), (d.members ?? []) as ThreadMember[]);
    queryClient.setQueryData(keys.reads(id), (d.reads ?? []) as ReadMark[]);
  } else {
    // Of events that come together only the last one brings the thread; what the page knew of it may be old by now.
    const head = thread?.head_id ?? null;
    if (messages) receiveMessages(id, messages, head);
    else if (thread) receiveMessages(id, [], head); // another branch may be in view
    if (gone.messages) {
      const away = new Set(gone.messages);
      queryClient.setQueryData<Loaded>(
        keys.messages(id),
        (l) => l && { ...l, messages: l.messages.filter((m) => !away.has(m.id)) },
      );
    }
    upsertInto(keys.threadMembers(id), d.members as Part<ThreadMember[]>, gone.members, 'user_id');
    upsertInto(keys.reads(id), d.reads as Part<ReadMark[]>, undefined, 'user_id');
  }
  if (messages) {
    settle(messages);
    const running = messages.some((m) => m.status === 'streaming');
    if (knownThread(id)?.running !== running) amendThread(id, { running });
  }
  if (thread) amendThread(id, thread);
}

/** How far the reader is, as told by another device of theirs. */
function applyState(state: ThreadState): void {
  const known = knownThread(state.thread_id);
  if (!known) return;
  const { read_seq, muted } = state;
  if (read_seq === known.read_seq) {
    amendThread(state.thread_id, { muted });
    return;
  }
  amendThread(state.thread_id, { read_seq, muted });
  // How many are left only the server can count.
  if (known.unread > 0) void refreshThread(state.thread_id);
}

function newestFirst(a: Notification, b: Notification): number {
  return b.created_at.localeCompare(a.created_at);
}

/** Settings as the server has them, but for those that this page is still sending. */
let unsent: () => SettingValues = () => ({});
export function keepUnsent(read: () => SettingValues): void {
  unsent = read;
}

function applyPerson(d: Parts, whole: boolean): void {
  const settings = d.settings as Part<Settings>;
  if (settings) {
    queryClient.setQueryData<Me | null>(
      keys.me,
      (me) => me && { ...me, settings: { ...settings.values, ...unsent() } },
    );
  }
  for (const state of (d.states ?? []) as ThreadState[]) applyState(state);
  for (const draft of (d.drafts ?? []) as ThreadDraft[]) adoptDraft(draft.thread_id, draft);
  if (d.files || d.gone?.files) applyFiles(d, whole, true);
  const fresh = d.notifications as Part<Notification[]>;
  if (fresh) {
    queryClient.setQueryData<Notification[]>(keys.notifications, (rows) =>
      upsert(whole ? [] : (rows ?? []), fresh, 'id').sort(newestFirst),
    );
  }
}

/** Files that changed: the row itself where it came along, else it is asked for where it is shown. */
function applyFiles(d: Parts, whole: boolean, own: boolean): void {
  if (!whole) receiveFiles((d.files ?? []) as FileOut[]);
  if (!d.gone?.files) return;
  // What the workspace sees no more may still be one's own.
  if (own) loseFiles(d.gone.files);
  else doubtFiles(d.gone.files);
}

function applyWorkspace(d: Parts, whole: boolean): void {
  if (d.files || d.gone?.files) applyFiles(d, whole, false);
  const workspace = d.workspace as Part<Partial<Workspace>>;
  if (workspace) {
    queryClient.setQueryData<Workspace>(keys.workspace, (w) => w && { ...w, ...workspace });
    queryClient.setQueryData<Me | null>(
      keys.me,
      (me) => me && { ...me, workspace: { ...me.workspace, ...workspace } },
    );
  }
  if (whole && d.members) queryClient.setQueryData(keys.members, d.members as Member[]);
  else upsertInto(keys.members, d.members as Part<Member[]>, d.gone?.members, 'user_id');
  if (d.members) followNames(d.members as Member[]);
}

function applyLists(d: Parts): void {
  for (const thread of (d.threads ?? []) as ThreadShared[]) receiveThread(thread);
  for (const id of d.gone?.threads ?? []) loseThread(id);
}

/** A thread that one may not see any more, or that is deleted. */
function loseThread(id: string): void {
  dropThread(id);
  void kept.drop([keys.thread(id), keys.messages(id), keys.threadMembers(id)]);
  queryClient.removeQueries({ queryKey: keys.messages(id), type: 'inactive' });
  queryClient.removeQueries({ queryKey: keys.thread(id), type: 'inactive' });
  // Where it is on screen, asking for it says why it cannot be seen.
  void queryClient.invalidateQueries({ queryKey: keys.thread(id) });
}

/** A change, or the whole, of one scope, into the query cache. */
export function applyParts(c: string, d: Parts, whole: boolean): void {
  if (c.startsWith('t:')) {
    applyThread(c, d, whole);
    return;
  }
  if (c.startsWith('u:')) applyPerson(d, whole);
  else applyWorkspace(d, whole);
  applyLists(d);
}

/** All of a scope is in doubt: what is on screen is read again, the rest when it is next looked at. */
export function doubtScope(c: string): void {
  const stale = (queryKey: readonly unknown[]) => void queryClient.invalidateQueries({ queryKey });
  if (c.startsWith('t:')) {
    const id = threadOf(c);
    for (const key of [keys.thread(id), keys.messages(id), keys.threadMembers(id)]) stale(key);
    return;
  }
  void refreshThreads();
  if (c.startsWith('u:')) {
    stale(keys.me);
    if (queryClient.getQueryData(keys.notifications)) stale(keys.notifications);
  } else {
    stale(keys.members);
    stale(keys.workspace);
  }
}

export function dropScope(c: string): void {
  if (c.startsWith('t:')) loseThread(threadOf(c));
  else doubtScope(c);
}

export function applyGeneration(frame: GenFrame | GenSnapFrame): boolean {
  const { ask, ended } = generations.hear(frame, storedMessage(threadOf(frame.c), frame.m));
  if (ended) {
    const spoken = generations.get(frame.m);
    if (spoken) announce(spoken.answer);
  }
  return ask;
}

/** Reads out what another person just wrote in the thread on screen. */
export function announceNew(d: Parts, ownId: string): void {
  const messages = (d.messages ?? []) as Message[];
  // Its siblings come along; it is the newest.
  const newest = messages.reduce<Message | null>(
    (top, m) => (top && top.seq > m.seq ? top : m),
    null,
  );
  const { author, content } = newest ?? {};
  if (author && author.id !== ownId) announceSaid(author.full_name, content ?? '');
}

const MOST_UNREAD = 100;

/** So many more that are not one's own, and the thread goes to its place in the lists. */
function addUnread(thread: Thread, more: number, mentioned: boolean): void {
  amendThread(thread.id, {
    last_message_at: new Date().toISOString(),
    ...(more > 0 ? { unread: Math.min(MOST_UNREAD, thread.unread + more) } : {}),
    ...(mentioned ? { mentioned } : {}),
  });
  receiveThread(knownThread(thread.id) ?? thread);
}

/** Something new in a thread that is not open here. */
export function applyPoke(frame: PokeFrame, ownId: string | null): void {
  const known = knownThread(frame.t);
  if (!known) {
    void refreshThreads();
    return;
  }
  const own = frame.by !== null && frame.by === ownId;
  addUnread(known, own ? 0 : 1, frame.mention === true && !own);
  // Its messages are old now, if they were ever loaded.
  void queryClient.invalidateQueries({ queryKey: keys.messages(frame.t), refetchType: 'none' });
}

/** The newest message of each thread that was counted here: one that comes again is not. */
const countedTo = new Map<string, number>();

/** The same where the thread is followed still, or in another tab: here its messages come themselves. */
export function applyUnseen(c: string, d: Parts, ownId: string | null): void {
  const known = knownThread(threadOf(c));
  if (!known) return;
  const from = Math.max(known.read_seq, countedTo.get(known.id) ?? 0);
  const fresh = ((d.messages ?? []) as Message[]).filter((m) => m.seq > from);
  if (fresh.length === 0) return;
  countedTo.set(known.id, Math.max(...fresh.map((m) => m.seq)));
  const others = fresh.filter((m) => m.author?.id !== ownId);
  const mentioned = others.some((m) => m.mentions.some((x) => x.id === ownId));
  addUnread(known, others.length, mentioned);
}
