/** The bodies of the calls of business data. Times are RFC 3339, days `YYYY-MM-DD`, money major units with minor beside. */

export type Unit = 'money' | 'count' | 'percent';
export type Grain = 'day' | 'week' | 'month' | 'quarter' | 'year';
export type Compare = 'previous_period' | 'previous_year';
export type SourceRole = 'sales' | 'payments' | 'crm';

export interface Choice {
  value: string;
  label: string;
}

export interface ManifestField {
  name: string;
  label: string;
  kind: 'text' | 'secret' | 'date' | 'choice' | 'bool';
  required: boolean;
  help: string | null;
  placeholder: string | null;
  pattern: string | null;
  default: string | null;
  options: Choice[] | null;
}

/** A kind of source that can be connected. */
export interface ConnectorType {
  type: string;
  title: string;
  description: string;
  role: SourceRole;
  fields: ManifestField[];
  scopes: string[];
  limits: string[];
  webhooks: boolean;
  upload: boolean;
  streams: string[];
}

export type RunStatus =
  'queued' | 'running' | 'success' | 'partial' | 'suspect' | 'failed' | 'cancelled';

export interface StreamRun {
  name: string;
  read: number;
  written: number;
  failed: number;
  status: string;
}

export interface Run {
  id: string;
  connector_id: string;
  mode: 'first' | 'incremental' | 'full' | 'upload' | 'webhook';
  trigger: 'schedule' | 'person' | 'webhook' | 'upload';
  status: RunStatus;
  records_read: number;
  records_written: number;
  records_failed: number;
  duration_ms: number | null;
  error: string | null;
  progress: { done: number; planned: number | null; stream: string | null };
  streams: StreamRun[];
  started_at: string | null;
  finished_at: string | null;
}

export type ConnectorState = 'active' | 'paused' | 'needs_reconnect' | 'checking' | 'failed';

/** A source that is connected. */
export interface Connector {
  id: string;
  type: string;
  title: string;
  name: string;
  role: SourceRole;
  state: ConnectorState;
  error: string | null;
  values: Record<string, string>;
  account: string | null;
  limits: string[];
  schedule: { every_minutes: number; next_due_at: string | null } | null;
  last_sync_at: string | null;
  fresh_until: string | null;
  records: number;
  dead_letters: number;
  webhook_url: string | null;
  webhook_topics: string[];
  /** Secrets for webhooks beside those among the values, as `••••1234`. */
  webhook_secrets: string[];
  /** Webhooks whose signature did not fit. */
  refused_webhooks: number;
  run: Run | null;
  created_at: string;
}

/** A record that could not be taken in. */
export interface DeadLetter {
  id: string;
  stream: string;
  source_id: string | null;
  stage: string;
  error: string;
  body: string;
  attempts: number;
  first_seen_at: string;
  last_seen_at: string;
}

export interface SampleColumn {
  name: string;
  type: string;
  examples: string[];
  field: string | null;
}

/** What was made out of the head of a file. */
export interface Sample {
  format: 'csv' | 'jsonl';
  delimiter: string | null;
  quote: string | null;
  encoding: string;
  has_header: boolean;
  decimal: '.' | ',';
  date_order: 'dmy' | 'mdy' | 'ymd' | null;
  date_format: string | null;
  time_zone: string;
  currency: string | null;
  columns: SampleColumn[];
  fields: { name: string; label: string; required: boolean; help: string | null }[];
  rows: string[][];
  warnings: string[];
  /** What a person has to decide before the file is read. */
  doubts: string[];
  layout: Record<string, unknown>;
}

export interface Amount {
  currency: string | null;
  value: number;
  minor?: number;
  value_minor?: number | null;
}

export interface Metric {
  id: string;
  label: string;
  labels: Record<string, string>;
  unit: Unit;
  good: 'up' | 'down';
  definition: string;
  definitions: Record<string, string>;
  dimensions: string[];
  connected: boolean;
  own: boolean;
}

export interface Dimension {
  id: string;
  label: string;
  labels: Record<string, string>;
}

export interface MetricCatalogue {
  metrics: Metric[];
  dimensions: Dimension[];
  fresh_until: string | null;
  has_data: boolean;
}

export interface Filter {
  dimension: string;
  values: string[];
  not?: boolean;
}

export interface MetricQuery {
  metric: string;
  from: string;
  to: string;
  grain?: Grain;
  group_by?: string[];
  filters?: Filter[];
  compare?: Compare;
  limit?: number;
  order?: 'asc' | 'desc';
}

export interface Point {
  start: string;
  /** Null where there is nothing to divide by. */
  value: number | null;
  value_minor?: number | null;
  currency: string | null;
  previous: number | null;
}

export interface Row {
  key: string | null;
  keys: (string | null)[];
  value: number | null;
  value_minor?: number | null;
  currency: string | null;
  share: number | null;
  previous: number | null;
}

export interface SourceOf {
  connector_id: string;
  name: string;
  type: string;
  last_sync_at: string | null;
}

export interface SqlQuery {
  sql: string;
  binds: unknown[];
}

export interface Previous {
  value: number | null;
  value_minor?: number | null;
  from: string;
  to: string;
  change: number | null;
}

export interface MetricAnswer {
  metric: string;
  unit: Unit;
  currency: string | null;
  value: number | null;
  value_minor: number | null;
  values: Amount[];
  previous: Previous | null;
  from: string | null;
  to: string | null;
  time_zone: string;
  grain: Grain | null;
  series: Point[];
  rows: Row[];
  row_count: number;
  sql: string | null;
  queries: SqlQuery[];
  definition: string | null;
  fresh_until: string | null;
  sources: SourceOf[];
  notes: string[];
}

export interface AskChoice {
  label: string;
  question: string;
}

export type ActionKind =
  | 'email.send'
  | 'email.draft'
  | 'task.create'
  | 'workflow.run'
  | 'connector.sync'
  | 'schedule.create';
export type ActionState =
  'proposed' | 'confirmed' | 'waiting' | 'done' | 'failed' | 'cancelled' | 'undone' | 'expired';

/** Something that the house would do, and what became of it. */
export interface Action {
  id: string;
  kind: ActionKind;
  state: ActionState;
  title: string;
  content: Record<string, unknown>;
  hash: string;
  needs_confirmation: boolean;
  warnings: string[];
  undo_until: string | null;
  error: string | null;
  result: unknown;
  thread_id: string | null;
  created_by: string | null;
  created_at: string;
  confirmed_at: string | null;
  executed_at: string | null;
  expires_at: string | null;
}

/** A hit of the search of the house, as far as an answer shows it. */
export interface AskHit {
  kind: string;
  id: string;
  title: string | null;
  snippet?: string | null;
  thread_id?: string | null;
  file_id?: string | null;
  page?: number | null;
}

/** The answer to a question; the same object stands in the metadata of a message. */
export interface AskAnswer {
  query_id: string;
  answer: string;
  intent: string;
  confidence: number | null;
  module: string;
  decided_by: string;
  language: string;
  entities: { kind: string; text: string; value: unknown }[];
  plan: unknown;
  metric?: string | null;
  value: number | null;
  value_minor: number | null;
  values?: Amount[];
  previous?: Previous | null;
  unit: Unit | null;
  currency: string | null;
  series: Point[];
  rows: Row[];
  chart: { kind: 'line' | 'bar'; grain?: Grain | null; dimension?: string | null } | null;
  range: { from: string; to: string; label: string } | null;
  definition: string | null;
  filters: Filter[];
  fresh_until: string | null;
  sources: SourceOf[];
  sql: string | null;
  queries: SqlQuery[];
  row_count: number;
  clarification: { question: string; options: AskChoice[] } | null;
  declined: string | null;
  next_step?: string | null;
  carried: string[];
  alternatives: AskChoice[];
  suggestions: string[];
  action_id: string | null;
  action: Action | null;
  hits?: AskHit[] | null;
  notes?: string[];
}

export interface Task {
  id: string;
  title: string;
  notes: string | null;
  state: 'open' | 'done';
  due_on: string | null;
  assignee_id: string | null;
  source: { thread_id?: string | null; query_id?: string | null } | null;
  created_by: string | null;
  created_at: string;
  done_at: string | null;
}

export type StepOp =
  'metric.query' | 'email.send' | 'email.draft' | 'task.create' | 'connector.sync' | 'message.post';

export interface Step {
  op: StepOp;
  in: Record<string, unknown>;
}

/** When something is due: in local time of `zone`. */
export interface Spec {
  every:
    | { kind: 'daily'; at: string }
    | { kind: 'weekly'; day: string; at: string }
    | { kind: 'monthly'; day: number; at: string }
    | { kind: 'every'; minutes: number };
  zone: string;
}

export type Trigger =
  { kind: 'manual' } | { kind: 'schedule'; spec: Spec } | { kind: 'event'; event: string };

export interface StepResult {
  op: string;
  state: string;
  text: string;
  error: string | null;
}

export interface WorkflowRun {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  started_for: string;
  steps: StepResult[];
  error: string | null;
  created_at: string;
  finished_at: string | null;
}

export interface Workflow {
  id: string;
  name: string;
  steps: Step[];
  trigger: Trigger;
  enabled: boolean;
  /** Everybody outside whom it writes to: to save it is to say yes to that. */
  recipients?: string[];
  last_run: WorkflowRun | null;
}

export interface Mail {
  id: string;
  to: string[] | string;
  subject: string;
  body: string;
  state: 'held' | 'waiting' | 'sending' | 'sent' | 'failed' | 'cancelled';
  error: string | null;
  created_at: string;
  sent_at: string | null;
}

export type WeekStart = 'monday' | 'sunday' | 'saturday';

export interface BusinessSettings {
  time_zone: string;
  week_start: WeekStart;
  fiscal_month: number;
  currency: string | null;
  refund_basis: 'processed' | 'order';
  cancel_policy: 'exclude' | 'reverse';
}
