/**
 * The bodies of the administrators' calls, from the contract's text. They become aliases of the
 * server's own document (`@/api/schema.gen`) where that says the same.
 */
import type { AuditRow, Role } from '@/api/contract';

export interface PersonRow {
  id: string;
  email: string;
  full_name: string;
  is_instance_admin: boolean;
  disabled: boolean;
  created_at: string;
  last_seen_at: string | null;
  workspaces: { id: string; name: string; role: Role }[];
  second_factor: boolean;
  identities: string[];
}

export interface PersonPatch {
  disabled?: boolean;
  is_instance_admin?: boolean;
  full_name?: string;
}

export interface Money {
  minor: number;
  currency: string;
}

export interface WorkspaceRow {
  id: string;
  name: string;
  plan: 'free' | 'pro' | 'business';
  members: number;
  storage_bytes: number;
  messages: number;
  cost_month: Money;
  created_at: string;
  key_created_at: string | null;
}

/** A thread whose content is not shown before it is opened for a reason. */
export interface WithheldThread {
  id: string;
  owner_id: string;
  messages: number;
  created_at: string;
  last_message_at: string;
}

export interface OpenGrant {
  thread_id: string;
  expires_at: string;
}

export interface AuditVerdict {
  ok: boolean;
  rows: number;
  from: string | null;
  to: string | null;
  broken: { id: string | null; at: string | null; reason: string } | null;
  head: string;
}

export interface AccessRow {
  id: string;
  at: string;
  last_at: string;
  user_id: string | null;
  name: string | null;
  address: string;
  agent: string;
  via: string;
  action: string;
  outcome: string;
  /** In how many minutes of the hour. */
  uses: number;
}

export interface ComplianceReport {
  generated_at: string;
  period: { from: string; to: string };
  access: {
    user: string;
    email: string;
    role: Role;
    workspace: string;
    second_factor: boolean;
    disabled: boolean;
    last_seen_at: string | null;
    tokens: number;
  }[];
  exports: AuditRow[];
  erasures: AuditRow[];
  break_glass: AuditRow[];
  keys: {
    workspace: string;
    created_at: string;
    age_days: number;
    rotated_at: string | null;
  }[];
  failed_sign_ins: { day: string; count: number }[];
  retention: { what: string; days: number | null }[];
  audit: AuditVerdict;
}

export type BudgetScope = 'workspace' | 'user' | 'key' | 'model' | 'instance';
export type BudgetPeriod = 'day' | 'week' | 'month';

export interface Budget {
  id: string;
  scope: BudgetScope;
  subject_id: string | null;
  subject_name: string;
  period: BudgetPeriod;
  limit_minor: number;
  currency: string;
  hard: boolean;
  spent_minor: number;
  reserved_minor: number;
  resets_at: string;
  created_at: string;
}

/** What a budget is about cannot change afterwards, nor its period. */
export interface BudgetIn {
  scope: BudgetScope;
  subject_id: string | null;
  period: BudgetPeriod;
  limit_minor: number;
  currency: string;
  hard: boolean;
}

export interface SeriesPoint {
  at: string;
  count: number;
  sum: number;
  min: number | null;
  max: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  value: number | null;
}

export interface Series {
  name: string;
  unit: string;
  /** Seconds between two points. */
  step: number;
  points: SeriesPoint[];
  labels?: Record<string, string> | null;
}

export interface NodeRow {
  id: string;
  name: string;
  version: string;
  started_at: string;
}

export type HealthState = 'ok' | 'degraded' | 'down' | 'absent';

export interface Monitor {
  now: string;
  health: { part: string; state: HealthState; since: string | null; detail: string | null }[];
  figures: Figure[];
  nodes: NodeRow[];
  jobs: {
    kind: string;
    waiting: number;
    running: number;
    failed: number;
    oldest_seconds: number;
  }[];
  caches: { name: string; hits: number; misses: number; entries: number | null }[];
  sockets: number;
}

export interface Figure {
  name: string;
  label: string;
  value: number | null;
  unit: string;
  /** The same of the hour before. */
  previous: number | null;
}

export type Severity = 'info' | 'warning' | 'critical';
export type ResponseKind = 'throttle' | 'lock_session' | 'pause_key' | 'open_breaker';

export interface AlertResponse {
  id: string;
  kind: ResponseKind;
  state: 'active' | 'undone';
  at: string;
}

export interface Alert {
  id: string;
  kind: string;
  severity: Severity;
  title: string;
  explanation: string;
  subject: { type: string; id: string; name: string } | null;
  state: 'open' | 'resolved';
  first_at: string;
  last_at: string;
  count: number;
  resolved_at: string | null;
  /** The id of who settled it; null where it ended by itself. */
  resolved_by: string | null;
  note: string | null;
  responses: AlertResponse[];
}

export interface AlertRule {
  kind: string;
  enabled: boolean;
  threshold: number;
  respond: boolean;
  label: string;
  help: string;
  /** What can be done by itself; empty where nothing can. */
  responses: ResponseKind[];
}

export interface AlertSettings {
  mail_to: string[];
  webhook_url: string | null;
  webhook_secret_set: boolean;
  rules: AlertRule[];
}

export interface AlertSettingsPatch {
  mail_to?: string[];
  webhook_url?: string | null;
  webhook_secret?: string;
  rules?: Pick<AlertRule, 'kind' | 'enabled' | 'threshold' | 'respond'>[];
}

export interface Job {
  id: string;
  kind: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  attempts: number;
  error: string | null;
  run_at: string;
  created_at: string;
}

export interface Backup {
  id: string;
  state: 'running' | 'done' | 'failed';
  at: string;
  finished_at: string | null;
  bytes: number;
  objects: number;
  where: string;
  verified: boolean;
  error: string | null;
}

export interface Finding {
  check: string;
  state: 'ok' | 'warn' | 'fail';
  words: string;
  advice: string | null;
}

export interface SystemState {
  version: string;
  started_at: string;
  node: string;
  nodes: { id: string; started_at: string }[];
  store: { kind: string; version: string; bytes: number; schema: string };
  objects: { kind: string; bytes: number; count: number };
  bus: { kind: string };
  queue: { kind: string };
  vectors: { kind: string };
  keywords: { kind: string };
  mail: { kind: string };
  scanner: { kind: string };
  doctor: Finding[];
}
