/**
 * The bodies of the HTTP contract under the names the page uses. They come from the server's own
 * document (`npm run api`); written here is only what that document leaves open.
 */
import type { FileBrief } from '../areas/files/contract';
import type { components } from './schema.gen';

type Schemas = components['schemas'];

/** The server writes every field: what its document calls optional is null when it is empty. */
export type Whole<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };
export type But<T, Changes> = Omit<Whole<T>, keyof Changes> & Changes;

export type Role = Schemas['Role'];
export type User = Whole<Schemas['UserOut']>;
export type Workspace = Whole<Schemas['WorkspaceOut']>;
export type SignedIn = Whole<Schemas['SignedInOut']>;
export type Setup = Whole<Schemas['SetupOut']>;
export type SignInMethods = Whole<Schemas['SignInMethodsOut']>;
export type PasskeyChallenge = Whole<Schemas['PasskeyChallengeOut']>;
export type Security = Whole<Schemas['SecurityOut']>;
export type TotpSecret = Whole<Schemas['TotpOut']>;
export type RecoveryCodes = Whole<Schemas['RecoveryCodesOut']>;

export type ThemeName = 'light' | 'dark' | 'system';
export type Density = 'cozy' | 'compact';
export type FontName = 'sans' | 'serif' | 'mono';
export type SendKey = 'enter' | 'mod_enter';

/** Settings are free for clients to name; these are the page's. */
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

export type Settings = But<Schemas['SettingsOut'], { values: SettingValues }>;
export type Me = But<
  Schemas['MeOut'],
  { user: User; workspace: Workspace; settings: SettingValues }
>;

export type SignInSession = Whole<Schemas['SessionOut']>;
export type TokenScope = Schemas['Scope'];
export type ApiToken = Whole<Schemas['TokenOut']>;
export type NewApiToken = ApiToken & { token: string };

export type Member = Whole<Schemas['MemberOut']>;
export type Invitation = Whole<Schemas['InvitationOut']>;
export type MemberAdded = But<
  Schemas['MemberAddedOut'],
  { member: Member | null; invitation: Invitation | null }
>;
export type InvitationInfo = Whole<Schemas['InvitationInfoOut']>;

export type Visibility = Schemas['Visibility'];
export type Draft = Whole<Schemas['DraftOut']>;

/** When a model answers in a thread without being asked by name. */
export type Answers = Schemas['Answers'];
export type ThreadRole = Schemas['ThreadRole'];

/** A thread as everyone in it sees it: what the live connection carries. */
export type ThreadShared = Whole<Schemas['ThreadShared']>;
/** A thread as the reader has it. */
export type Thread = But<Schemas['ThreadOut'], { draft: Draft | null }>;
export type ThreadMember = Whole<Schemas['ThreadMemberOut']>;
export type ThreadPatch = Partial<
  Pick<Thread, 'title' | 'model' | 'assistant_id' | 'visibility' | 'pinned' | 'archived'>
> & { answers?: Answers | null };

/** How far someone has read a thread. */
export interface ReadMark {
  user_id: string;
  seq: number;
}

/** The reader's own marks on a thread. */
export type ThreadState = Whole<Schemas['StateOut']>;

export interface ThreadDraft extends Draft {
  thread_id: string;
}

export type Notification = But<Schemas['NotificationOut'], { actor: Author | null }>;

export type MessageStatus = Schemas['MessageStatus'];
export type Usage = Whole<Schemas['MessageUsage']>;

/** One row of an error: a field of a form, or an attempt (`field` then names provider/model). */
export type ErrorDetail = Partial<Schemas['Detail']>;

export interface MessageError {
  code: string;
  error: string;
  details?: ErrorDetail[] | null;
}

export type Author = Whole<Schemas['Author']>;

/** Someone or some model named in a message. */
export type Mention = Whole<Schemas['MentionOut']>;
export type Reaction = Whole<Schemas['ReactionOut']>;

export type Message = But<
  Schemas['MessageOut'],
  {
    author: Author | null;
    usage: Usage | null;
    error: MessageError | null;
    attachments: FileBrief[];
    metadata: Record<string, unknown>;
  }
>;

/** A named way of answering. */
export type Assistant = Whole<Schemas['AssistantOut']>;

export type KeyScope = Schemas['KeyScope'];
export type Model = Whole<Schemas['ModelOut']>;
export type ProviderKey = Whole<Schemas['ProviderKeyOut']>;
export type Provider = But<
  Schemas['ProviderOut'],
  { kind: 'cloud' | 'local' | 'custom' | 'builtin'; keys: ProviderKey[] }
>;
export type KeyCheck = Whole<Schemas['KeyCheckOut']>;

export type UsageBy = 'day' | 'model' | 'user' | 'provider';
export type UsageRow = Whole<Schemas['UsageRow']>;
export type UsageTotals = Omit<UsageRow, 'key' | 'label'>;
export type UsageReport = But<Schemas['UsageOut'], { rows: UsageRow[]; totals: UsageTotals }>;

export type AuditRow = Whole<Schemas['AuditOut']>;
