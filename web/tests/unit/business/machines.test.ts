import { describe, expect, it } from 'vitest';
import type { AskStep, Asked } from '../../../src/areas/business/ask/asking';
import { askStep } from '../../../src/areas/business/ask/asking';
import { frameOf, queryOf } from '../../../src/areas/business/ask/frameOf';
import { wholeAnswer } from '../../../src/areas/business/ask/whole';
import {
  changedValues,
  firstValues,
  formValues,
  patternOf,
  sentValues,
} from '../../../src/areas/business/sources/fields';
import type { AskAnswer, ManifestField, Run, Sample } from '../../../src/areas/business/types';
import { doubled, layoutOf, missing, withUsual } from '../../../src/areas/business/upload/layout';
import type { Upload, UploadStep } from '../../../src/areas/business/upload/machine';
import { uploadStep } from '../../../src/areas/business/upload/machine';
import { others, ready, recipients, secondsLeft } from '../../../src/areas/business/work/content';
import { lacking, moved, newEvery, newStep, OPS } from '../../../src/areas/business/work/steps';
import { inOrder } from '../../../src/areas/business/work/tasks';
import { staleRoots } from '../../../src/live/stale';

const sample: Sample = {
  format: 'csv',
  delimiter: ';',
  quote: '"',
  encoding: 'utf-8',
  has_header: true,
  decimal: ',',
  date_order: 'dmy',
  date_format: null,
  time_zone: 'UTC',
  currency: null,
  columns: [
    { name: 'No', type: 'text', examples: [], field: 'number' },
    { name: 'Price', type: 'amount', examples: [], field: null },
  ],
  fields: [
    { name: 'number', label: 'Order number', required: true, help: null },
    { name: 'unit_price', label: 'Price of one', required: true, help: null },
  ],
  rows: [],
  warnings: [],
  doubts: [],
  layout: { version: 1 },
};

describe('a file on its way in', () => {
  const file = new File(['a'], 'a.csv');
  const other = new File(['b'], 'b.csv');
  const run = { id: 'r' } as Run;
  const go = (...steps: UploadStep[]) => steps.reduce<Upload>(uploadStep, { at: 'empty' });
  const looked: UploadStep[] = [
    { do: 'choose', file },
    { do: 'looked', file, sample },
  ];

  it('is looked at, approved, sent', () => {
    expect(go(...looked).at).toBe('approving');
    expect(go(...looked, { do: 'send' }).at).toBe('sending');
    expect(go(...looked, { do: 'send' }, { do: 'sent', file, run })).toMatchObject({
      at: 'sent',
      run,
    });
  });

  it('is read anew where numbers or days are read otherwise, and not sent meanwhile', () => {
    const edited = go(...looked, { do: 'edit', edits: { decimal: '.' } });
    expect(edited).toMatchObject({ stale: true });
    expect(uploadStep(edited, { do: 'send' })).toBe(edited);
    expect(uploadStep(edited, { do: 'looked', file, sample })).toMatchObject({
      stale: false,
      edits: { decimal: '.' },
    });
    expect(go(...looked, { do: 'edit', edits: { currency: 'EUR' } })).toMatchObject({
      stale: false,
    });
  });

  it('does not hear answers for a file that was replaced', () => {
    const replaced = go({ do: 'choose', file }, { do: 'choose', file: other });
    expect(uploadStep(replaced, { do: 'looked', file, sample })).toBe(replaced);
    expect(uploadStep(replaced, { do: 'fail', file, error: 'x' })).toBe(replaced);
  });

  it('comes back to its columns after a failure', () => {
    const failed = go(
      ...looked,
      { do: 'edit', edits: { currency: 'EUR' } },
      { do: 'send' },
      { do: 'fail', file, error: 'x' },
    );
    expect(failed.at).toBe('failed');
    expect(uploadStep(failed, { do: 'back' })).toMatchObject({
      at: 'approving',
      edits: { currency: 'EUR' },
    });
    expect(go({ do: 'choose', file }, { do: 'fail', file, error: 1 }, { do: 'back' }).at).toBe(
      'empty',
    );
  });

  it('says what is missing and what is claimed twice', () => {
    expect(missing(sample, {})).toEqual(['Price of one']);
    expect(missing(sample, { fields: { Price: 'unit_price' } })).toEqual([]);
    expect(doubled(sample, { fields: { Price: 'number' } })).toEqual(['Order number']);
  });

  it('has a currency, from a column or for all of it', () => {
    const priced = {
      ...sample,
      fields: [
        ...sample.fields,
        { name: 'currency', label: 'Currency', required: false, help: null },
      ],
    };
    const mapped = { Price: 'unit_price' };
    expect(missing(priced, { fields: mapped })).toEqual(['Currency']);
    expect(missing(priced, { fields: mapped, currency: '' })).toEqual(['Currency']);
    expect(missing(priced, { fields: mapped, currency: 'EUR' })).toEqual([]);
    expect(missing(withUsual(priced, { currency: 'GBP' }), { fields: mapped })).toEqual([]);
    expect(withUsual(sample, { time_zone: 'Europe/London' }).time_zone).toBe('Europe/London');
    expect(withUsual({ ...sample, currency: 'EUR' }, { currency: 'GBP' }).currency).toBe('EUR');
  });

  it('is sent with what was approved', () => {
    const edits = { decimal: '.' as const, fields: { Price: 'unit_price' } };
    expect(layoutOf(sample, edits)).toEqual({
      version: 1,
      time_zone: 'UTC',
      currency: null,
      decimal: '.',
      columns: { No: 'number', Price: 'unit_price' },
    });
    const listed = { ...sample, layout: { columns: [{ name: 'Price', at: 1, field: null }] } };
    expect(layoutOf(listed, edits).columns).toEqual([
      { name: 'Price', at: 1, field: 'unit_price' },
    ]);
  });
});

describe('questions', () => {
  const answer = { query_id: 'q' } as AskAnswer;
  const after = (...steps: AskStep[]) => steps.reduce<Asked[]>(askStep, []);

  it('keep their place, whatever order the answers come in', () => {
    const list = after(
      { do: 'ask', id: '1', question: 'a' },
      { do: 'ask', id: '2', question: 'b' },
      { do: 'answer', id: '2', answer },
      { do: 'fail', id: '1', error: 'x' },
    );
    expect(list.map((a) => [a.question, a.answer, a.error])).toEqual([
      ['a', null, 'x'],
      ['b', answer, null],
    ]);
    const again = askStep(list, { do: 'ask', id: '1', question: 'a' });
    expect(again[0]).toMatchObject({ error: null, answer: null });
    expect(again).toHaveLength(2);
  });

  it('have a frame where there is a number whose days can be others', () => {
    const full = wholeAnswer({
      query_id: 'q',
      range: { from: '2026-10-01', to: '2026-10-31', label: 'October' },
      plan: { steps: [{ op: 'metric.query', in: { metric: 'revenue', group_by: ['product'] } }] },
    });
    const frame = full && frameOf(full);
    expect(frame).toMatchObject({ metric: 'revenue', by: 'product', from: '2026-10-01' });
    expect(frame && queryOf(frame)).toMatchObject({ group_by: ['product'], filters: undefined });
    expect(full && frameOf({ ...full, plan: null })).toBeNull();
    expect(full && frameOf({ ...full, range: null })).toBeNull();
  });

  it('in the metadata of a message may lack lists', () => {
    expect(wholeAnswer({ query_id: 'q', rows: null })?.rows).toEqual([]);
    expect(wholeAnswer({})).toBeNull();
    expect(wholeAnswer('x')).toBeNull();
  });
});

describe('the form of a manifest', () => {
  const field = (part: Partial<ManifestField>): ManifestField => ({
    name: 'a',
    label: 'A',
    kind: 'text',
    required: true,
    help: null,
    placeholder: null,
    pattern: null,
    default: null,
    options: null,
    ...part,
  });

  it('begins with what is usual', () => {
    const fields = [field({ default: 'x' }), field({ name: 'b', kind: 'bool' })];
    expect(firstValues(fields)).toEqual({ a: 'x', b: 'false' });
    expect(sentValues({ a: ' x ', b: '  ' })).toEqual({ a: 'x' });
  });

  it('gives the browser only patterns it can read', () => {
    expect(patternOf(field({ pattern: '^[a-z]+$' }))).toBe('[a-z]+');
    expect(patternOf(field({ pattern: '[' }))).toBeUndefined();
  });

  it('never sends a masked secret back', () => {
    const fields = [field({ name: 'key', kind: 'secret' }), field({ name: 'shop' })];
    const stored = { key: '••••1234', shop: 'a' };
    expect(formValues(fields, stored)).toEqual({ key: '', shop: 'a' });
    expect(changedValues(fields, stored, { key: '', shop: 'a' })).toEqual({});
    expect(changedValues(fields, stored, { key: 'new', shop: 'b' })).toEqual({
      key: 'new',
      shop: 'b',
    });
  });
});

describe('actions', () => {
  it('show all that a yes is said to', () => {
    expect(recipients('a@b.c; d@e.f ,')).toEqual(['a@b.c', 'd@e.f']);
    expect(others({ to: ['x'], cc: ['a', 'b'], none: null, n: 1 }, ['to'])).toEqual([
      ['cc', 'a, b'],
      ['n', '1'],
    ]);
  });

  it('need every warning ticked', () => {
    expect(ready([], new Set())).toBe(true);
    expect(ready(['a', 'b'], new Set(['a']))).toBe(false);
    expect(ready(['a', 'b'], new Set(['b', 'a']))).toBe(true);
  });

  it('count down to nothing', () => {
    const until = '2026-11-21T12:00:30Z';
    expect(secondsLeft(until, Date.parse('2026-11-21T12:00:00.400Z'))).toBe(30);
    expect(secondsLeft(until, Date.parse('2026-11-21T12:01:00Z'))).toBe(0);
    expect(secondsLeft(null, 0)).toBe(0);
  });
});

describe('workflows', () => {
  it('say what a step still needs', () => {
    for (const op of OPS.filter((o) => o !== 'metric.query')) {
      expect(lacking(newStep(op)), op).not.toEqual([]);
    }
    expect(lacking(newStep('metric.query'))).toEqual([]);
    expect(lacking({ op: 'email.send', in: { to: 'a@b.c', subject: 's', body: 'x' } })).toEqual([]);
  });

  it('move steps within their list', () => {
    const steps = [newStep('metric.query'), newStep('task.create')];
    expect(moved(steps, 0, 1).map((s) => s.op)).toEqual(['task.create', 'metric.query']);
    expect(moved(steps, 0, -1)).toBe(steps);
    expect(moved(steps, 1, 1)).toBe(steps);
  });

  it('keep the time of day when they run otherwise', () => {
    expect(newEvery('monthly', { kind: 'daily', at: '07:30' })).toEqual({
      kind: 'monthly',
      day: 1,
      at: '07:30',
    });
  });
});

it('tasks are in the order of their days', () => {
  const task = (id: string, due_on: string | null, state: 'open' | 'done' = 'open') => ({
    id,
    title: id,
    notes: '',
    state,
    due_on,
    assignee_id: null,
    source: {},
    created_by: '1',
    created_at: `2026-11-0${id}`,
    updated_at: `2026-11-0${id}`,
    done_at: null,
  });
  const list = [task('1', null), task('2', '2026-12-01'), task('3', null), task('4', null, 'done')];
  expect(inOrder(list).open.map((t) => t.id)).toEqual(['2', '3', '1']);
  expect(inOrder(list).done.map((t) => t.id)).toEqual(['4']);
});

it('events of business data say what is old', () => {
  expect(staleRoots('connector.sync.progress')).toEqual(['connectors']);
  expect(staleRoots('business.changed')).toContain('metrics');
  expect(staleRoots('message.created')).toEqual([]);
});
