import type {
  Message,
  Notification,
  Reaction,
  Thread,
  ThreadMember,
} from '../../src/api/contract.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route } from './http.ts';
import { account } from './identity.ts';
import type { Account } from './store.ts';
import { now, store } from './store.ts';

/** Who is in which thread, besides what a thread says of itself. */
export const membersOf = new Map<string, ThreadMember[]>();
export const notifications = new Map<string, Notification[]>();

export function addMember(t: Thread, a: Account, role: ThreadMember['role']): ThreadMember {
  const list = membersOf.get(t.id) ?? [];
  const member: ThreadMember = {
    user_id: a.id,
    full_name: a.full_name,
    avatar_color: a.avatar_color,
    role,
    joined_at: now(),
  };
  membersOf.set(t.id, [...list.filter((m) => m.user_id !== a.id), member]);
  t.members = membersOf.get(t.id)?.length ?? 1;
  return member;
}

export function people(t: Thread): ThreadMember[] {
  const owner = store.users.get(t.owner_id);
  if (owner && !membersOf.get(t.id)?.length) addMember(t, owner, 'owner');
  return membersOf.get(t.id) ?? [];
}

/** A thread as one person sees it. */
export function seenBy(t: Thread, userId: string | null): Thread {
  const role = people(t).find((m) => m.user_id === userId)?.role ?? 'member';
  const shared = (t.members ?? 1) > 1 || t.visibility === 'workspace';
  return { ...t, role, answers: t.answers ?? (shared ? 'mentioned' : 'always') };
}

function thread(call: Call): Thread {
  const found = store.threads.get(call.params[0] ?? '');
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such thread.');
  return found;
}

function reacting(call: Call, on: boolean): Message {
  const m = store.messages.get(call.params[1] ?? '');
  if (!m) throw new Refusal(404, 'NOT_FOUND', 'There is no such message.');
  const me = account(call).id;
  const emoji = decodeURIComponent(call.params[2] ?? '');
  const list: Reaction[] = (m.reactions ?? []).map((r) => ({ ...r, users: [...r.users] }));
  const known = list.find((r) => r.emoji === emoji);
  if (on && !known) list.push({ emoji, users: [me] });
  else if (on && known && !known.users.includes(me)) known.users.push(me);
  else if (known) known.users = known.users.filter((u) => u !== me);
  m.reactions = list.filter((r) => r.users.length > 0);
  return m;
}

export const roomRoutes: Route[] = [
  route('GET', '/threads/:id/members', (call) => ok(people(thread(call)))),
  route('POST', '/threads/:id/members', (call) => {
    const a = store.users.get(String(call.body.user_id));
    if (!a) throw new Refusal(422, 'VALIDATION_FAILED', 'There is no such person here.');
    people(thread(call));
    return ok(addMember(thread(call), a, 'member'), 201);
  }),
  route('PATCH', '/threads/:id/members/:mid', (call) => {
    const member = people(thread(call)).find((m) => m.user_id === call.params[1]);
    if (member) member.role = call.body.role as ThreadMember['role'];
    return ok(member);
  }),
  route('DELETE', '/threads/:id/members/:mid', (call) => {
    const t = thread(call);
    membersOf.set(
      t.id,
      people(t).filter((m) => m.user_id !== call.params[1]),
    );
    t.members = membersOf.get(t.id)?.length ?? 1;
    return ok({});
  }),
  route('PUT', '/threads/:id/messages/:mid/reactions/:emoji', (call) => ok(reacting(call, true))),
  route('DELETE', '/threads/:id/messages/:mid/reactions/:emoji', (call) =>
    ok(reacting(call, false)),
  ),
  route('POST', '/threads/:id/read', (call) => {
    const t = thread(call);
    t.read_seq = Math.max(t.read_seq ?? 0, Number(call.body.seq));
    t.unread = 0;
    t.mentioned = false;
    return ok({ read_seq: t.read_seq });
  }),
  route('PATCH', '/threads/:id/state', (call) => {
    const t = thread(call);
    t.muted = call.body.muted === true;
    return ok({ thread_id: t.id, read_seq: t.read_seq ?? 0, muted: t.muted });
  }),
  route('GET', '/notifications', (call) => ok(notifications.get(account(call).id) ?? [])),
  route('POST', '/notifications/read', (call) => {
    const list = notifications.get(account(call).id) ?? [];
    const ids = (call.body.ids as string[] | undefined) ?? [];
    for (const n of list) if (call.body.all || ids.includes(n.id)) n.read_at = now();
    return ok({ unread: list.filter((n) => !n.read_at).length });
  }),
];
