/**
 * The bodies of the administrators' calls under the names the page uses. They come from the server's own document
 * (`npm run api`); written here is only what that document leaves open.
 */
import type { AuditRow, But, Whole } from '@/api/contract';
import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];

export type PersonRow = Whole<Schemas['AdminUserOut']>;
export type PersonPatch = Partial<Schemas['AdminUserPatch']>;
export type Money = Schemas['CostOut'];
export type WorkspaceRow = Whole<Schemas['AdminWorkspaceOut']>;

/** A thread whose content is not shown before it is opened for a reason. */
export type WithheldThread = Whole<Schemas['WithheldThreadOut']>;
export type OpenGrant = Whole<Schemas['ThreadGrantOut']>;

export type AuditVerdict = But<
  Schemas['VerifiedOut'],
  { broken: Whole<Schemas['BrokenOut']> | null }
>;
export type AccessRow = Whole<Schemas['AccessOut']>;
export type ComplianceReport = But<
  Schemas['ComplianceOut'],
  {
    access: Whole<Schemas['AccessRowOut']>[];
    exports: AuditRow[];
    erasures: AuditRow[];
    break_glass: AuditRow[];
    keys: Whole<Schemas['KeyAgeOut']>[];
    retention: Whole<Schemas['RetentionOut']>[];
    audit: AuditVerdict;
  }
>;

export type BudgetScope = Schemas['BudgetScope'];
export type BudgetPeriod = Schemas['BudgetPeriod'];
export type Budget = Whole<Schemas['BudgetOut']>;
/** What a budget is about cannot change afterwards, nor its period. */
export type BudgetIn = But<
  Schemas['BudgetIn'],
  { subject_id: string | null; currency: string; hard: boolean }
>;

export type SeriesPoint = Whole<Schemas['SeriesPoint']>;
export type Series = Omit<Schemas['SeriesOut'], 'points'> & { points: SeriesPoint[] };

export type HealthState = Schemas['MonitorPart']['state'];
export type Figure = Whole<Schemas['MonitorFigure']>;
export type Monitor = But<
  Schemas['MonitorOut'],
  {
    health: Whole<Schemas['MonitorPart']>[];
    figures: Figure[];
    jobs: Whole<Schemas['MonitorJobs']>[];
    caches: Whole<Schemas['MonitorCache']>[];
  }
>;

export type Severity = Schemas['AlertSeverity'];
export type ResponseKind = Schemas['AlertResponse']['kind'];
export type AlertResponse = Whole<Schemas['AlertResponse']>;
export type Alert = But<Schemas['Alert'], { responses: AlertResponse[] }>;
export type AlertRule = Whole<Schemas['AlertRule']>;
export type AlertSettings = But<Schemas['AlertSettings'], { rules: AlertRule[] }>;

export interface AlertSettingsPatch {
  mail_to?: string[];
  webhook_url?: string | null;
  webhook_secret?: string;
  rules?: Pick<AlertRule, 'kind' | 'enabled' | 'threshold' | 'respond'>[];
}

export type Job = Whole<Schemas['AdminJob']>;
export type Backup = But<Schemas['BackupOut'], { state: 'running' | 'done' | 'failed' }>;
export type Finding = Whole<Schemas['Check']>;
export type SystemState = But<Schemas['SystemOut'], { doctor: Finding[] }>;
