import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { byCurrency } from '../../../src/areas/business/chart/byCurrency';
import { closeScale, every, linePath, scaleOf } from '../../../src/components/chart/scale';
import {
  amountsOf,
  changeOf,
  changeWords,
  exact,
  percent,
  pieceShort,
  pieceWords,
  rangeWords,
  rounded,
  short,
  trend,
} from '../../../src/areas/business/formats';
import { setLanguage } from '../../../src/text';

/** Spaces that do not break are spaces here. */
const plain = (text: string | null) => text?.replace(/[\u00a0\u202f\u2009]/g, ' ');

function speak(language: string) {
  vi.stubGlobal('navigator', { languages: [language], language });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  return setLanguage(language);
}

beforeEach(() => speak('en-GB'));
afterEach(() => vi.unstubAllGlobals());

describe('numbers', () => {
  it('are written as the region writes them, to the last cent', async () => {
    expect(exact('money', 8_187_806.36, 'GBP')).toBe('£8,187,806.36');
    expect(exact('money', -12, 'EUR')).toBe('-€12.00');
    await speak('pt-PT');
    expect(plain(exact('money', 8_187_806.36, 'EUR'))).toBe('8 187 806,36 €');
    expect(plain(percent(0.1234))).toBe('12,3%');
  });

  it('have the digits that the currency has', () => {
    expect(exact('money', 1200, 'JPY')).toMatch(/1,200$/);
    expect(exact('money', 1.5, 'KWD')).toMatch(/1\.500$/);
  });

  it('survive a currency that is none', () => {
    expect(exact('money', 3.5, 'NOPE')).toBe('3.5 NOPE');
    expect(exact('money', 3.5, null)).toBe('3.5');
  });

  it('lose cents only where there are thousands', () => {
    expect(rounded('money', 972.31, 'GBP')).toBe('£972.31');
    expect(rounded('money', 24_307.74, 'GBP')).toBe('£24,308');
    expect(rounded('count', null, null)).toBe('–');
    expect(short('money', 1_250_000, 'GBP')).toBe('£1.3m');
    expect(exact('percent', 0.0264, null)).toBe('2.64%');
  });

  it('of several currencies are never one', () => {
    const both = [
      { value: 1, currency: 'GBP' },
      { value: 2, currency: 'EUR' },
    ];
    expect(amountsOf({ value: 1, currency: 'GBP', values: both })).toEqual(both);
    expect(amountsOf({ value: 5, currency: null })).toEqual([{ value: 5, currency: null }]);
    expect(amountsOf({ value: null, currency: null, values: [] })).toEqual([]);
    const points = ['GBP', 'EUR', 'GBP'].map((currency) => ({ currency, value: 1 }));
    expect(byCurrency(points).map((c) => [c.currency, c.list.length])).toEqual([
      ['GBP', 2],
      ['EUR', 1],
    ]);
  });
});

describe('changes', () => {
  it('are shares of what was before', () => {
    expect(changeOf(112, 100)).toBeCloseTo(0.12);
    expect(changeOf(-50, -100)).toBeCloseTo(0.5);
    expect(changeOf(5, 0)).toBeNull();
    expect(changeOf(null, 5)).toBeNull();
  });

  it('are said with their sign', () => {
    expect(changeWords(0.1234)).toBe('+12.3%');
    expect(changeWords(-0.05)).toBe('-5%');
    expect(changeWords(0)).toBe('0%');
    expect(changeWords(3.456)).toBe('+346%');
    expect(changeWords(Infinity)).toBeNull();
    expect(changeWords(null)).toBeNull();
  });

  it('are good or bad by what is wanted', () => {
    expect(trend(0.1, 'up')).toBe('good');
    expect(trend(0.1, 'down')).toBe('bad');
    expect(trend(-0.1, 'down')).toBe('good');
    expect(trend(0.0001, 'up')).toBe('even');
    expect(trend(null, 'up')).toBe('even');
  });
});

describe('pieces of time', () => {
  it('have names', () => {
    expect(pieceWords('2026-11-01', 'month')).toBe('November 2026');
    expect(pieceWords('2026-10-01', 'quarter')).toBe('Q4 2026');
    expect(pieceWords('2026-01-01', 'year')).toBe('2026');
    expect(plain(pieceWords('2026-11-16', 'week'))).toMatch(/^16 ?– ?22 Nov 2026$/);
    expect(pieceShort('2026-11-21', 'day')).toBe('21 Nov');
    expect(rangeWords('2026-11-21', '2026-11-21')).toBe('21 Nov 2026');
    expect(rangeWords('not', 'days')).toBe('not – days');
  });
});

describe('a scale', () => {
  it('is round, and has zero in it', () => {
    expect(scaleOf([3, 97]).ticks).toEqual([0, 25, 50, 75, 100]);
    expect(scaleOf([-4, 12]).ticks[0]).toBeLessThanOrEqual(-4);
    expect(scaleOf([-4, 12]).ticks).toContain(0);
    expect(scaleOf([null, 0])).toEqual({ low: 0, high: 1, ticks: [0] });
    expect(scaleOf([0.1, 0.3]).ticks).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('for a shape is close around it, also where nothing moves', () => {
    const flat = closeScale([5, 5]);
    expect(flat.high).toBeGreaterThan(flat.low);
    expect(closeScale([10, 20]).low).toBeGreaterThan(5);
  });

  it('draws no line where a number is missing', () => {
    expect(linePath([[0, 1], [1, 2], null, [3, 4]])).toBe('M0.0 1.0L1.0 2.0M3.0 4.0');
  });

  it('names as many points as fit', () => {
    expect(every(12, 1000)).toBe(1);
    expect(every(30, 300)).toBe(10);
    expect(every(5, 0)).toBe(5);
  });
});
