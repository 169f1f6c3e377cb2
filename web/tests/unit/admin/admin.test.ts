import { describe, expect, it } from 'vitest';
import type { Me } from '../../../src/api/contract';
import {
  addresses,
  changeOf,
  draftOf,
  thresholdOf,
} from '../../../src/areas/admin/alerts/settingsChange';
import { momentsOf } from '../../../src/areas/admin/audit/audit';
import { byNeed, progressOf } from '../../../src/areas/admin/budgets/budgets';
import { lastDays } from '../../../src/areas/admin/compliance/compliance';
import { amount, digits, duration, measure, minorOf } from '../../../src/areas/admin/measure';
import { firstPage, offeredPages } from '../../../src/areas/admin/pages';
import { matching } from '../../../src/areas/admin/people/people';
import type { AlertSettings, Budget } from '../../../src/areas/admin/types';
import { staleRoots } from '../../../src/live/stale';
import { en } from '../../../src/text/admin/en';
import { pt } from '../../../src/text/admin/pt';

const who = (...permissions: string[]) => ({ permissions }) as unknown as Me;

describe('pages', () => {
  it('are offered only to those who may see them', () => {
    expect(offeredPages(who('threads.read'))).toEqual([]);
    expect(firstPage(who('threads.read'))).toBeNull();
    const admin = who('monitor.read', 'alerts.manage', 'budgets.manage', 'audit.read');
    expect(offeredPages(admin).map((p) => p.name)).toEqual([
      'monitoring',
      'alerts',
      'budgets',
      'audit',
      'access',
      'compliance',
    ]);
    // An owner may open a conversation in an emergency, and finds it with its person.
    expect(offeredPages(who('threads.open')).map((p) => p.name)).toEqual(['people']);
    const all = offeredPages(who('instance.administer')).map((p) => p.name);
    expect(all).toEqual(['people', 'workspaces', 'system', 'jobs', 'backups']);
  });

  it('say the same things in both languages', () => {
    const shape = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]))
        : typeof value;
    // Figures come named by the server in English; in other languages the page names them.
    const words = (text: typeof en) => shape({ ...text, monitor: { ...text.monitor, figures: 0 } });
    expect(words(pt)).toEqual(words(en));
  });

  it('read alerts again when one changed', () => {
    expect(staleRoots('alert.changed')).toEqual(['alerts']);
  });
});

describe('numbers', () => {
  it('have the unit a person would choose', () => {
    expect(duration(0.25)).toBe('0.25 ms');
    expect(duration(312)).toBe('312 ms');
    expect(duration(4210)).toMatch(/^4\.2 s/);
    expect(duration(200_000)).toMatch(/^3 min/);
    expect(measure('percent', 0.4242)).toBe('0.42 %');
    expect(measure('ratio', 0.5)).toBe('50%');
    expect(measure('usd_micros', 1_840_000)).toBe('$1.84');
    expect(measure('parsecs', 3)).toBe('3 parsecs');
    expect(measure('ms', null)).toBe('–');
  });

  it('of money are in the digits of their currency', () => {
    expect(amount(12_340, 'USD')).toBe('$123.40');
    expect(amount(500, 'JPY')).toBe('¥500');
    expect(digits('JPY')).toBe(0);
    expect(minorOf('50', 'USD')).toBe(5000);
    expect(minorOf('0,5', 'USD')).toBe(50);
    expect(minorOf(' 1 200.10 ', 'USD')).toBe(120_010);
    for (const wrong of ['', '0', '-3', 'ten', '1.2.3', '1e9']) {
      expect(minorOf(wrong, 'USD'), wrong).toBeNull();
    }
  });
});

describe('a budget', () => {
  const budget = (spent_minor: number, reserved_minor = 0, limit_minor = 100) =>
    ({ id: String(spent_minor), limit_minor, spent_minor, reserved_minor }) as Budget;

  it('is drawn within its limit', () => {
    expect(progressOf(budget(50, 10))).toMatchObject({ spent: 0.5, reserved: 0.1, level: 'calm' });
    expect(progressOf(budget(75, 10))).toMatchObject({ level: 'near' });
    const over = progressOf(budget(130, 20));
    expect(over).toMatchObject({ spent: 1, reserved: 0, level: 'over', share: 1.3 });
    expect(progressOf(budget(0, 0, 0)).level).toBe('calm');
  });

  it('that is nearest to its end comes first', () => {
    expect(byNeed([budget(10), budget(90), budget(40)]).map((b) => b.id)).toEqual([
      '90',
      '40',
      '10',
    ]);
  });
});

describe('the settings of alerts', () => {
  const words = { label: '', help: '', responses: [] };
  const settings: AlertSettings = {
    mail_to: ['ops@example.org'],
    webhook_url: null,
    webhook_secret_set: false,
    rules: [
      { kind: 'error_burst', enabled: true, threshold: 3, respond: false, ...words },
      { kind: 'cost_spike', enabled: false, threshold: 6, respond: false, ...words },
    ],
  };

  it('send only what differs', () => {
    const draft = draftOf(settings);
    expect(changeOf(settings, draft)).toBeNull();
    expect(changeOf(settings, { ...draft, mail: 'ops@example.org; eva@example.org' })).toEqual({
      mail_to: ['ops@example.org', 'eva@example.org'],
    });
    const [first, second] = draft.rules;
    if (!first || !second) throw new Error('two rules');
    const rules = [{ ...first, threshold: '4,5' }, second];
    expect(changeOf(settings, { ...draft, rules, secret: 's' })).toEqual({
      webhook_secret: 's',
      rules: [{ kind: 'error_burst', enabled: true, threshold: 4.5, respond: false }],
    });
  });

  it('take a webhook away when its field is emptied', () => {
    const with_hook = { ...settings, webhook_url: 'https://example.org' };
    expect(changeOf(with_hook, { ...draftOf(with_hook), webhook: ' ' })).toEqual({
      webhook_url: null,
    });
  });

  it('read numbers and addresses as they are written', () => {
    for (const wrong of ['', 'x', '-1']) expect(thresholdOf(wrong)).toBeNull();
    expect(thresholdOf(' 2,5 ')).toBe(2.5);
    expect(addresses('a@b.c,\n a@b.c d@e.f')).toEqual(['a@b.c', 'd@e.f']);
  });
});

describe('days', () => {
  it('are whole, the last one included', () => {
    const { from, to } = momentsOf({ from: '2026-11-01', to: '2026-11-01' });
    expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(86_400_000);
    expect(momentsOf({ from: '', to: '' })).toEqual({ from: undefined, to: undefined });
    expect(lastDays(3, new Date(2026, 10, 2, 9))).toEqual({ from: '2026-10-31', to: '2026-11-02' });
  });
});

it('people are found by every word', () => {
  const list = [
    { full_name: 'Ada Lovelace', email: 'ada@example.org' },
    { full_name: 'Ben Okafor', email: 'ben@example.org' },
  ];
  expect(matching(list, 'EXAMPLE lov')).toEqual([list[0]]);
  expect(matching(list, '')).toEqual(list);
});
