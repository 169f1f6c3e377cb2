/**
 * The bodies of the calls of business data under the names the page uses. They come from the server's
 * own document (`npm run api`); written here is only what that document leaves open.
 * Times are RFC 3339, days `YYYY-MM-DD`, money major units with minor beside.
 */
import type { But, Whole } from '../../api/contract';
import type { components } from '../../api/schema.gen';

type Schemas = components['schemas'];

export type Unit = Schemas['Unit'];
export type Grain = Schemas['Grain'];
export type Compare = Schemas['Compare'];
export type SourceRole = Schemas['RoleWord'];

export type Choice = Whole<Schemas['OptionOut']>;
export type ManifestField = But<Schemas['FieldOut'], { options: Choice[] | null }>;

/** A kind of source that can be connected. */
export type ConnectorType = But<Schemas['ConnectorType'], { fields: ManifestField[] }>;

export type RunStatus = Schemas['SyncStatus'];
export type ConnectorState = Schemas['ConnectorState'];

export type StreamRun = Whole<Schemas['StreamOut']>;
export type Run = But<
  Schemas['RunOut'],
  {
    mode: Schemas['SyncMode'];
    trigger: Schemas['SyncTrigger'];
    status: RunStatus;
    progress: Whole<Schemas['ProgressOut']>;
    streams: StreamRun[];
  }
>;

/** A source that is connected. */
export type Connector = But<
  Schemas['ConnectorOut'],
  {
    state: ConnectorState;
    values: Record<string, string>;
    schedule: Whole<Schemas['ScheduleOut']> | null;
    run: Run | null;
  }
>;

/** A record that could not be taken in. */
export type DeadLetter = Whole<Schemas['LetterOut']>;

export interface SampleColumn {
  name: string;
  type: string;
  examples: string[];
  field: string | null;
}

/** What was made out of the head of a file; the document leaves it open. */
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

/** Where the page makes one itself, it has only major units. */
export type Amount = But<Schemas['Amount'], { minor?: number }>;
export type Metric = Whole<Schemas['MetricOut']>;
export type Dimension = Whole<Schemas['DimensionOut']>;
export type MetricCatalogue = But<
  Schemas['MetricsOut'],
  { metrics: Metric[]; dimensions: Dimension[] }
>;

export type Filter = Schemas['Filter'];
/** The page always says from when to when. */
export type MetricQuery = Schemas['MetricQueryIn'] & { from: string; to: string };

/** A value is null where there is nothing to divide by. */
export type Point = Whole<Schemas['MetricPoint']>;
export type Row = Whole<Schemas['MetricRow']>;
export type SourceOf = Whole<Schemas['SourceInfo']>;
export type SqlQuery = But<Schemas['RanQuery'], { binds: unknown[] }>;
export type Previous = Whole<Schemas['MetricPrevious']>;

export type MetricAnswer = But<
  Schemas['MetricAnswer'],
  {
    values: Amount[];
    previous: Previous | null;
    series: Point[];
    rows: Row[];
    queries: SqlQuery[];
    sources: SourceOf[];
  }
>;

export type AskChoice = Whole<Schemas['Choice']>;

export type ActionKind = Schemas['ActionKind'];
export type ActionState = Schemas['ActionState'];

/** Something that the house would do, and what became of it. */
export type Action = But<
  Schemas['ActionOut'],
  { content: Record<string, unknown>; result: unknown }
>;

/** A hit of the search of the house, as far as an answer shows it. */
export type AskHit = Pick<Schemas['Hit'], 'kind' | 'id' | 'title'> &
  Partial<Pick<Schemas['Hit'], 'snippet' | 'thread_id' | 'file_id' | 'page'>>;

/** `by` is a piece of time under a line, a dimension beside bars. */
export type Chart = But<Schemas['Chart'], { kind: 'line' | 'bar' }>;

/** The answer to a question; the same object stands in the metadata of a message. */
export type AskAnswer = But<
  Schemas['BusinessAnswer'],
  {
    values: Amount[];
    previous: Previous | null;
    series: Point[];
    rows: Row[];
    queries: SqlQuery[];
    sources: SourceOf[];
    filters: Filter[];
    action: Action | null;
    hits: AskHit[] | null;
    plan: unknown;
    chart: Chart | null;
  }
>;

export type Task = Whole<Schemas['TaskOut']>;

export type StepOp = Schemas['WorkflowStep']['op'];
/** A step as its form has it: what goes in may still be incomplete. */
export interface Step {
  op: StepOp;
  in: Record<string, unknown>;
}
/** When something is due: in local time of `zone`. */
export type Spec = Schemas['Spec'];
export type Trigger = Schemas['Starts'];
export type StepResult = Whole<Schemas['WorkflowStepOut']>;
export type WorkflowRun = But<Schemas['WorkflowRunOut'], { steps: StepResult[] }>;
export type Workflow = But<Schemas['WorkflowOut'], { steps: Step[]; last_run: WorkflowRun | null }>;

export type Mail = Whole<Schemas['MailOut']>;

export type WeekStart = Schemas['WeekStart'];
export type BusinessSettings = Whole<Schemas['BusinessSettings']>;
