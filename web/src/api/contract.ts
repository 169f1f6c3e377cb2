/** The bodies of the HTTP contract, as the page uses them. */

export type Role = 'owner' | 'admin' | 'member' | 'guest';
export type Plan = 'free' | 'pro' | 'business';

export interface User {
  id: string;
  email: string;
  full_name: string;
  avatar_color: string;
  is_instance_admin: boolean;
  created_at: string;
}

export interface Workspace {
  id: string;
  name: string;
  plan: Plan;
  role: Role;
  system_prompt: string | null;
  style: string | null;
  default_model: string | null;
  created_at: string;
}

export interface SignedIn {
  user: User;
  workspace: Workspace;
  access_token: string;
  expires_at: string;
}

export type ThemeName = 'light' | 'dark' | 'system';
export type Density = 'cozy' | 'compact';
export type FontName = 'sans' | 'serif' | 'mono';
export type SendKey = 'enter' | 'mod_enter';

export interface SettingValues {
  theme?: ThemeName | null;
  density?: Density | null;
  font?: FontName | null;
  text_size?: number | null;
  language?: string | null;
  send_key?: SendKey | null;
  instructions?: string | null;
  default_model?: string | null;
}

export interface Settings {
  values: SettingValues;
  updated_at: unknown;
}

export interface Me {
  user: User;
  workspace: Workspace;
  role: Role;
  permissions: string[];
  settings: SettingValues | Settings;
}

export interface Setup {
  needs_first_account: boolean;
  registration: 'open' | 'invite' | 'closed';
  version: string;
}

export interface SignInSession {
  id: string;
  user_agent: string | null;
  address: string | null;
  current: boolean;
  created_at: string;
  last_seen_at: string;
}

export type TokenScope = 'ai' | 'read' | 'write' | 'admin';

export interface ApiToken {
  id: string;
  name: string;
  prefix: string;
  scopes: TokenScope[];
  last_used_at: string | null;
  expires_at: string | null;
  created_at: string;
}

export interface NewApiToken extends ApiToken {
  token: string;
}

export interface Member {
  user_id: string;
  email: string;
  full_name: string;
  avatar_color: string;
  role: Role;
  joined_at: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  token?: string | null;
  url?: string | null;
  expires_at: string;
}

export interface MemberAdded {
  member?: Member | null;
  invitation?: Invitation | null;
}

export interface InvitationInfo {
  workspace_name: string;
  email: string;
  role: Role;
}

export type Visibility = 'private' | 'workspace';

export interface Draft {
  text: string;
  updated_at: string;
}

export interface Thread {
  id: string;
  title: string | null;
  visibility: Visibility;
  model: string | null;
  assistant_id: string | null;
  pinned: boolean;
  archived: boolean;
  owner_id: string;
  head_id: string | null;
  draft: Draft | null;
  running: boolean;
  created_at: string;
  updated_at: string;
  last_message_at: string | null;
}

export interface ThreadPatch {
  title?: string;
  model?: string | null;
  assistant_id?: string | null;
  visibility?: Visibility;
  pinned?: boolean;
  archived?: boolean;
}

export type MessageStatus =
  'complete' | 'streaming' | 'interrupted' | 'stopped' | 'failed' | 'unreadable';

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_micros: number | null;
  first_word_ms: number | null;
  total_ms: number | null;
}

export interface ErrorDetail {
  field?: string;
  message?: string;
  provider?: string;
  model?: string;
  code?: string;
  error?: string;
}

export interface MessageError {
  code: string;
  error: string;
  details?: ErrorDetail[] | null;
}

export interface Author {
  id: string;
  full_name: string;
  avatar_color: string;
}

export interface Message {
  id: string;
  thread_id: string;
  parent_id: string | null;
  author: Author | null;
  role: 'user' | 'assistant' | 'system';
  content: string;
  reasoning: string | null;
  status: MessageStatus;
  error: MessageError | null;
  model: string | null;
  provider: string | null;
  usage: Usage | null;
  attachments: unknown[];
  metadata: Record<string, unknown>;
  siblings: string[];
  seq: number;
  client_id: string | null;
  created_at: string;
  updated_at: string;
}

export type Capability = 'text' | 'vision' | 'tools' | 'reasoning';
export type KeyScope = 'user' | 'workspace';

export interface Model {
  id: string;
  provider: string;
  name: string;
  context: number | null;
  max_output: number | null;
  price_in: number | null;
  price_out: number | null;
  capabilities: string[];
  available: boolean;
  key_scope: KeyScope | 'local' | null;
  demonstration: boolean;
}

export interface ProviderKey {
  scope: KeyScope;
  masked: string;
  base_url: string | null;
  is_valid: boolean;
  checked_at: string | null;
  error: MessageError | string | null;
}

export interface Provider {
  provider: string;
  name: string;
  kind: 'cloud' | 'local' | 'custom' | 'builtin';
  base_url_editable: boolean;
  keys_url: string | null;
  needs_key: boolean;
  detected: boolean;
  keys: ProviderKey[];
  order: number;
}

export interface KeyCheck {
  is_valid: boolean;
  checked_at: string;
  masked: string;
  error: MessageError | null;
}

export type UsageBy = 'day' | 'model' | 'user' | 'provider';

export interface UsageTotals {
  calls: number;
  failed: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_micros: number | null;
  unpriced_calls: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

export interface UsageRow extends UsageTotals {
  key: string;
  label: string;
}

export interface UsageReport {
  rows: UsageRow[];
  totals: UsageTotals;
  from: string;
  to: string;
}

export interface AuditRow {
  id: string;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  target: string | null;
  address: string | null;
  at: string;
  details: unknown;
}
