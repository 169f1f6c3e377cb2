import { randomUUID } from 'node:crypto';
import type {
  ApiToken,
  AuditRow,
  Invitation,
  Member,
  Message,
  Provider,
  SettingValues,
  Thread,
  User,
  Workspace,
} from '../../src/api/contract.ts';

let last = 0;

/** Ids that sort by time, like the server's. */
export function id(): string {
  last = Math.max(last + 1, Date.now());
  const hex = last.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
}

export const now = (): string => new Date().toISOString();

export interface Account extends User {
  password: string;
  settings: SettingValues;
}

export interface Session {
  id: string;
  userId: string;
  access: string;
  accessUntil: number;
  refresh: string;
  user_agent: string;
  created_at: string;
  last_seen_at: string;
}

/** Everything the stand-in knows, for as long as it runs. */
export const store = {
  users: new Map<string, Account>(),
  sessions: new Map<string, Session>(),
  workspace: null as Workspace | null,
  members: [] as Member[],
  invitations: [] as (Invitation & { token: string })[],
  threads: new Map<string, Thread>(),
  messages: new Map<string, Message>(),
  byThread: new Map<string, Message[]>(),
  tokens: [] as ApiToken[],
  audit: [] as AuditRow[],
  providers: [] as Provider[],
  accessMs: 15 * 60_000,
};

export function threadMessages(threadId: string): Message[] {
  let list = store.byThread.get(threadId);
  if (!list) store.byThread.set(threadId, (list = []));
  return list;
}

export function note(actor: Account | null, action: string, target: string | null): void {
  store.audit.unshift({
    id: id(),
    actor_id: actor?.id ?? null,
    actor_name: actor?.full_name ?? null,
    action,
    target: target ?? '',
    address: '127.0.0.1',
    at: now(),
    details: {},
  });
}
