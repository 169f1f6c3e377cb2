import { describe, expect, it } from 'vitest';
import { isDay, ownDays, readView } from '../../../src/areas/business/metrics/address';
import { idOf } from '../../../src/areas/business/metrics/idOf';
import {
  daysOf,
  goesOn,
  grainsFor,
  length,
  monthOf,
  pieceEnd,
  todayIn,
  usualGrain,
} from '../../../src/areas/business/metrics/periods';
import {
  compareOf,
  fitting,
  groupQuery,
  seriesQuery,
  viewDays,
  withFilter,
} from '../../../src/areas/business/metrics/view';

const TODAY = '2026-11-21';
const of = (period: Parameters<typeof daysOf>[0], fiscal = 1, today = TODAY) =>
  daysOf(period, today, null, fiscal);

describe('periods', () => {
  it('are whole units of the calendar', () => {
    expect(of('today')).toEqual({ from: TODAY, to: TODAY });
    expect(of('this_month')).toEqual({ from: '2026-11-01', to: '2026-11-30' });
    expect(of('last_month')).toEqual({ from: '2026-10-01', to: '2026-10-31' });
    expect(of('this_quarter')).toEqual({ from: '2026-10-01', to: '2026-12-31' });
    expect(of('this_year')).toEqual({ from: '2026-01-01', to: '2026-12-31' });
    expect(of('last_12_months')).toEqual({ from: '2025-12-01', to: '2026-11-30' });
    expect(length(of('last_30_days'))).toBe(30);
  });

  it('know the ends of months and years', () => {
    expect(of('last_month', 1, '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' });
    expect(of('last_month', 1, '2026-01-15')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
    expect(monthOf('2011-12-09')).toEqual({ from: '2011-12-01', to: '2011-12-31' });
  });

  it('know financial years', () => {
    expect(of('fiscal_year', 4)).toEqual({ from: '2026-04-01', to: '2027-03-31' });
    expect(of('fiscal_year', 4, '2026-03-31')).toEqual({ from: '2025-04-01', to: '2026-03-31' });
    expect(of('fiscal_year', 1)).toEqual(of('this_year'));
  });

  it('begin where the workspace is', () => {
    const late = new Date('2026-11-21T23:30:00Z');
    expect(todayIn('Europe/London', late)).toBe('2026-11-21');
    expect(todayIn('Asia/Tokyo', late)).toBe('2026-11-22');
    expect(todayIn('No/Where', late)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('of one’s own are put in order, and days that are none are refused', () => {
    expect(ownDays('2026-02-03', '2026-01-02')).toEqual({ from: '2026-01-02', to: '2026-02-03' });
    for (const none of ['2026-09-31', '2026-02-29', '20260101', '', '0000-00-00']) {
      expect(isDay(none), none).toBe(false);
      expect(ownDays(none, TODAY)).toBeNull();
    }
    expect(isDay('2024-02-29')).toBe(true);
  });
});

describe('cuts', () => {
  it('show a shape', () => {
    expect(usualGrain(of('this_month'))).toBe('day');
    expect(usualGrain(of('this_quarter'))).toBe('week');
    expect(usualGrain(of('last_12_months'))).toBe('month');
    expect(usualGrain({ from: '2010-01-01', to: '2020-12-31' })).toBe('quarter');
  });

  it('are offered where they give neither one piece nor thousands', () => {
    expect(grainsFor(of('today'))).toEqual(['day']);
    expect(grainsFor(of('this_year'))).toEqual(['day', 'week', 'month', 'quarter']);
    expect(grainsFor({ from: '2000-01-01', to: '2026-12-31' })).not.toContain('day');
  });

  it('may not be over yet', () => {
    expect(pieceEnd('2026-11-16', 'week')).toBe('2026-11-22');
    expect(pieceEnd('2024-02-01', 'month')).toBe('2024-02-29');
    expect(pieceEnd('2026-10-01', 'quarter')).toBe('2026-12-31');
    expect(goesOn('2026-11-01', 'month', TODAY)).toBe(true);
    expect(goesOn('2026-10-01', 'month', TODAY)).toBe(false);
    expect(goesOn(undefined, 'month', TODAY)).toBe(false);
  });
});

describe('the address of a view', () => {
  it('keeps what makes sense and drops the rest', () => {
    expect(
      readView({
        metric: 'revenue',
        period: 'own',
        from: '2026-02-01',
        to: '2026-01-01',
        grain: 'hour',
        compare: 'none',
        by: '',
        filters: [
          { dimension: 'country', values: ['France', ''], not: true },
          { dimension: 5, values: ['x'] },
          { dimension: 'x', values: [] },
          null,
        ],
      }),
    ).toEqual({
      metric: 'revenue',
      period: 'own',
      from: '2026-01-01',
      to: '2026-02-01',
      grain: undefined,
      compare: 'none',
      by: undefined,
      filters: [{ dimension: 'country', values: ['France'], not: true }],
    });
    expect(readView({ period: 'own', from: '2026-09-31', to: 'x' }).period).toBeUndefined();
    expect(readView({ filters: 'x' }).filters).toBeUndefined();
  });

  it('becomes the questions of the page', () => {
    const view = { by: 'country', filters: [{ dimension: 'country', values: ['France'] }] };
    const days = viewDays({ period: 'last_month' }, TODAY, 1);
    expect(seriesQuery('revenue', view, days, ['country'])).toEqual({
      metric: 'revenue',
      from: '2026-10-01',
      to: '2026-10-31',
      grain: 'day',
      compare: 'previous_period',
      filters: view.filters,
    });
    expect(groupQuery('revenue', view, days, ['country'])?.group_by).toEqual(['country']);
    expect(groupQuery('revenue', view, days, ['product'])).toBeNull();
    expect(fitting(view.filters, ['product'])).toBeUndefined();
    expect(compareOf({ compare: 'none' })).toBeUndefined();
    expect(viewDays({}, TODAY, 1)).toEqual(of('last_30_days'));
  });

  it('has one filter for each dimension', () => {
    const one = withFilter(undefined, { dimension: 'a', values: ['x'] });
    const two = withFilter(one, { dimension: 'a', values: ['x', 'y'] });
    expect(two).toEqual([{ dimension: 'a', values: ['x', 'y'] }]);
    expect(withFilter(two, { dimension: 'a', values: [] })).toBeUndefined();
  });
});

it('a metric of one’s own is called by small letters', () => {
  expect(idOf('Receita por Ação — 2')).toBe('receita_por_acao_2');
  expect(idOf('2 x')).toBe('x');
  expect(idOf('—')).toBe('');
});
