import { randomUUID } from 'node:crypto';
import type { Role, TokenScope } from '../../src/api/contract.ts';
import type { Call, Route } from './http.ts';
import { cookies, ok, Refusal, route, str } from './http.ts';
import type { Account, Session } from './store.ts';
import { id, note, now, store } from './store.ts';

const COLOURS = ['#0d6670', '#7a4a9e', '#a8552f', '#3b6ea5', '#5b7f2b'];

const READ = ['business.read', 'business.act'];
const PERMISSIONS: Record<Role, string[]> = {
  owner: [...READ, 'business.manage'],
  admin: [...READ, 'business.manage'],
  member: READ,
  guest: [],
};

function user(a: Account) {
  const { id, email, full_name, avatar_color, is_instance_admin, created_at } = a;
  return { id, email, full_name, avatar_color, is_instance_admin, created_at };
}

export function account(call: Call): Account {
  const found = call.userId ? store.users.get(call.userId) : undefined;
  if (!found) throw new Refusal(401, 'UNAUTHORIZED', 'Sign in first.');
  return found;
}

function workspace(a: Account) {
  const role = store.members.find((m) => m.user_id === a.id)?.role ?? 'guest';
  return { ...store.workspace, role };
}

function give(call: Call, session: Session): void {
  session.access = randomUUID();
  session.refresh = randomUUID();
  session.accessUntil = Date.now() + store.accessMs;
  call.res.setHeader('set-cookie', [
    `trb_access=${session.access}; Path=/; HttpOnly; SameSite=Lax`,
    `trb_refresh=${session.refresh}; Path=/api/v1/auth; HttpOnly; SameSite=Lax`,
  ]);
}

function signedIn(call: Call, a: Account, session: Session) {
  give(call, session);
  return {
    user: user(a),
    workspace: workspace(a),
    access_token: session.access,
    expires_at: new Date(session.accessUntil).toISOString(),
  };
}

function begin(call: Call, a: Account): Session {
  const session: Session = {
    id: id(),
    userId: a.id,
    access: '',
    accessUntil: 0,
    refresh: '',
    user_agent: call.req.headers['user-agent'] ?? '',
    created_at: now(),
    last_seen_at: now(),
  };
  store.sessions.set(session.id, session);
  return session;
}

export function makeAccount(email: string, password: string, full_name: string): Account {
  const a: Account = {
    id: id(),
    email,
    password,
    full_name,
    avatar_color: COLOURS[store.users.size % COLOURS.length] ?? '#0d6670',
    is_instance_admin: store.users.size === 0,
    created_at: now(),
    settings: {},
  };
  const role: Role = store.users.size === 0 ? 'owner' : 'member';
  store.workspace ??= {
    id: id(),
    name: `${full_name.split(' ')[0]}’s workspace`,
    plan: 'free',
    role: 'owner',
    system_prompt: null,
    style: null,
    default_model: null,
    embedding_model: null,
    created_at: now(),
  };
  store.users.set(a.id, a);
  store.members.push({
    user_id: a.id,
    email,
    full_name,
    avatar_color: a.avatar_color,
    role,
    joined_at: now(),
  });
  return a;
}

export function whoIs(req: Call['req']): string | null {
  const access = cookies(req).trb_access;
  const session = [...store.sessions.values()].find((s) => s.access === access);
  if (!session || session.accessUntil < Date.now()) return null;
  session.last_seen_at = now();
  return session.userId;
}

function mine(call: Call): Session | undefined {
  const jar = cookies(call.req);
  return [...store.sessions.values()].find(
    (s) => s.access === jar.trb_access || s.refresh === jar.trb_refresh,
  );
}

export const identityRoutes: Route[] = [
  route(
    'GET',
    '/auth/setup',
    () =>
      ok({ needs_first_account: store.users.size === 0, registration: 'open', version: '0.1.0' }),
    true,
  ),
  route('POST', '/auth/check-user', () => ok({ methods: ['password', 'passkey'] }), true),
  route(
    'GET',
    '/auth/methods',
    () => ok({ password: true, passkeys: true, oidc: [], registration: 'open' }),
    true,
  ),
  route(
    'POST',
    '/auth/register',
    (call) => {
      const email = str(call.body.email).toLowerCase();
      const password = str(call.body.password);
      const wrong: { field: string; message: string }[] = [];
      if (!email.includes('@')) wrong.push({ field: 'email', message: 'Not an address.' });
      if (password.length < 10) wrong.push({ field: 'password', message: 'Too short.' });
      if (wrong.length) throw new Refusal(422, 'VALIDATION_FAILED', 'Check the form.', wrong);
      if ([...store.users.values()].some((u) => u.email === email)) {
        throw new Refusal(409, 'CONFLICT', 'There is an account with this e-mail already.');
      }
      const a = makeAccount(email, password, str(call.body.full_name));
      note(a, 'user.register', a.email);
      return ok(signedIn(call, a, begin(call, a)), 201);
    },
    true,
  ),
  route(
    'POST',
    '/auth/login',
    (call) => {
      const a = [...store.users.values()].find((u) => u.email === str(call.body.email));
      if (!a || a.password !== call.body.password) {
        throw new Refusal(401, 'UNAUTHORIZED', 'E-mail or password is wrong.');
      }
      note(a, 'user.login', null);
      return ok(signedIn(call, a, begin(call, a)));
    },
    true,
  ),
  route(
    'POST',
    '/auth/refresh',
    (call) => {
      const token = cookies(call.req).trb_refresh;
      const session = [...store.sessions.values()].find((s) => s.refresh === token);
      const a = session && store.users.get(session.userId);
      if (!session || !a) throw new Refusal(401, 'UNAUTHORIZED', 'Sign in again.');
      return ok(signedIn(call, a, session));
    },
    true,
  ),
  route(
    'POST',
    '/auth/logout',
    (call) => {
      const session = mine(call);
      if (session) store.sessions.delete(session.id);
      call.res.setHeader('set-cookie', ['trb_access=; Path=/; Max-Age=0']);
      return ok({});
    },
    true,
  ),
  route('POST', '/auth/logout-everywhere', () => {
    store.sessions.clear();
    return ok({});
  }),
  route('POST', '/auth/password', (call) => {
    const a = account(call);
    if (a.password !== call.body.current_password) {
      throw new Refusal(422, 'VALIDATION_FAILED', 'Check the form.', [
        { field: 'current_password', message: 'That is not your password.' },
      ]);
    }
    a.password = str(call.body.new_password);
    return ok({});
  }),
  route('GET', '/auth/me', (call) => {
    const a = account(call);
    const w = workspace(a);
    return ok({
      user: user(a),
      workspace: w,
      role: w.role,
      permissions: PERMISSIONS[w.role],
      settings: a.settings,
    });
  }),
  route('PATCH', '/auth/me', (call) => {
    const a = account(call);
    a.full_name = str(call.body.full_name, a.full_name);
    return ok(user(a));
  }),
  route('GET', '/auth/sessions', (call) => {
    const here = mine(call)?.id;
    return ok(
      [...store.sessions.values()]
        .filter((s) => s.userId === call.userId)
        .map((s) => ({
          id: s.id,
          user_agent: s.user_agent,
          address: '127.0.0.1',
          current: s.id === here,
          created_at: s.created_at,
          last_seen_at: s.last_seen_at,
        })),
    );
  }),
  route('GET', '/me/security', (call) => {
    const here = mine(call)?.id;
    const sessions = [...store.sessions.values()]
      .filter((s) => s.userId === call.userId)
      .map((s) => ({
        id: s.id,
        agent: s.user_agent,
        address: '127.0.0.1',
        current: s.id === here,
        created_at: s.created_at,
        last_seen_at: s.last_seen_at,
      }));
    return ok({
      password: true,
      totp: null,
      recovery_codes_left: 0,
      passkeys: [],
      identities: [],
      sessions,
    });
  }),
  route('DELETE', '/auth/sessions/:id', (call) => {
    store.sessions.delete(call.params[0] ?? '');
    return ok({});
  }),
  route('GET', '/settings', (call) => ok({ values: account(call).settings, updated_at: {} })),
  route('PATCH', '/settings', (call) => {
    const a = account(call);
    Object.assign(a.settings, call.body.values);
    return ok({ values: a.settings, updated_at: {} });
  }),
  route('GET', '/tokens', () => ok(store.tokens)),
  route('POST', '/tokens', (call) => {
    const token = `trb_${randomUUID().replaceAll('-', '')}`;
    const row = {
      id: id(),
      name: str(call.body.name),
      prefix: token.slice(0, 10),
      scopes: (call.body.scopes as TokenScope[] | undefined) ?? (['ai'] as TokenScope[]),
      last_used_at: null,
      expires_at: null,
      created_at: now(),
    };
    store.tokens.unshift(row);
    return ok({ ...row, token }, 201);
  }),
  route('DELETE', '/tokens/:id', (call) => {
    store.tokens = store.tokens.filter((t) => t.id !== call.params[0]);
    return ok({});
  }),
  route('GET', '/workspaces', (call) => ok([workspace(account(call))])),
  route('GET', '/workspace', (call) => ok(workspace(account(call)))),
  route('PATCH', '/workspace', (call) => {
    Object.assign(store.workspace ?? {}, call.body);
    return ok(workspace(account(call)));
  }),
  route('GET', '/members', () => ok(store.members)),
  route('PATCH', '/members/:id', (call) => {
    const member = store.members.find((m) => m.user_id === call.params[0]);
    if (member) member.role = call.body.role as Role;
    return ok(member);
  }),
  route('DELETE', '/members/:id', (call) => {
    store.members = store.members.filter((m) => m.user_id !== call.params[0]);
    return ok({});
  }),
  route('POST', '/members', (call) => ok({ invitation: invite(call) }, 201)),
  route('GET', '/invitations', () => ok(store.invitations)),
  route('POST', '/invitations', (call) => ok(invite(call), 201)),
  route('DELETE', '/invitations/:id', (call) => {
    store.invitations = store.invitations.filter((i) => i.id !== call.params[0]);
    return ok({});
  }),
  route(
    'GET',
    '/invitations/:token',
    (call) => {
      const found = store.invitations.find((i) => i.token === call.params[0]);
      if (!found) throw new Refusal(410, 'GONE', 'This invitation is over.');
      const { email, role } = found;
      return ok({ workspace_name: store.workspace?.name, email, role });
    },
    true,
  ),
  route('POST', '/invitations/:token/accept', (call) => ok(workspace(account(call)))),
  route('GET', '/admin/audit', (call) => {
    const action = call.query.get('action');
    return ok(store.audit.filter((row) => !action || row.action.includes(action)));
  }),
];

function invite(call: Call) {
  const token = randomUUID();
  const row = {
    id: id(),
    email: str(call.body.email),
    role: call.body.role as Role,
    token,
    url: `http://${call.req.headers.host}/invite/${token}`,
    expires_at: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  };
  store.invitations.push(row);
  return row;
}
