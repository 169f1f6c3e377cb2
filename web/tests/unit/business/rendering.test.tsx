import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { BarList } from '../../../src/areas/business/chart/BarList';
import { LineChart } from '../../../src/areas/business/chart/LineChart';
import { Sparkline } from '../../../src/areas/business/chart/Sparkline';
import { Change } from '../../../src/areas/business/frame/Change';
import { Values } from '../../../src/areas/business/frame/Values';
import { Drawing } from '../../../src/areas/business/metrics/Drawing';
import { RowsTable } from '../../../src/areas/business/metrics/RowsTable';
import { SeriesTable } from '../../../src/areas/business/metrics/SeriesTable';
import { RunProgress } from '../../../src/areas/business/sources/RunProgress';
import type { Action, Point, Row, Run } from '../../../src/areas/business/types';
import { ActionContent } from '../../../src/areas/business/work/ActionContent';

const draw = renderToStaticMarkup;
const point = (start: string, value: number | null, currency = 'GBP'): Point => ({
  start,
  value,
  value_minor: null,
  currency,
  previous: null,
});
const row = (key: string | null, value: number | null, currency = 'GBP'): Row => ({
  key,
  keys: [key],
  ids: [key],
  value,
  value_minor: null,
  currency,
  share: 0.5,
  previous: null,
});

describe('a chart', () => {
  const chart = (points: Point[], unfinished = false) =>
    draw(
      <LineChart
        name="Revenue"
        points={points}
        unit="money"
        currency="GBP"
        grain="month"
        unfinished={unfinished}
      />,
    );

  it('can be read without seeing it', () => {
    const html = chart([point('2026-10-01', 10), point('2026-11-01', 20)]);
    expect(html).toContain('role="slider"');
    expect(html).toMatch(/aria-valuetext="November 2026: .*20\.00"/);
  });

  it('has no numbers that are none', () => {
    for (const points of [
      [],
      [point('2026-11-01', 0)],
      [point('2026-10-01', null), point('2026-11-01', 4)],
      [point('2026-10-01', -3), point('2026-11-01', -3)],
    ]) {
      expect(chart(points, true)).not.toMatch(/NaN|Infinity|undefined/);
    }
    expect(draw(<Sparkline values={[]} />)).not.toMatch(/NaN|Infinity/);
    expect(draw(<Sparkline values={[7, 7, 7]} />)).not.toMatch(/NaN|Infinity/);
  });

  it('shows what is not over yet as such', () => {
    const points = [point('2026-10-01', 10), point('2026-11-01', 20)];
    expect(chart(points, true)).toContain('data-open');
    expect(chart(points)).not.toContain('data-open');
  });

  it('of several currencies is several charts', () => {
    const html = draw(
      <Drawing
        name="Revenue"
        kind="line"
        series={[point('2026-10-01', 1), point('2026-10-01', 2, 'CHF')]}
        rows={[]}
        unit="money"
        currency="GBP"
        grain="month"
      />,
    );
    expect(html.match(/role="slider"/g)).toHaveLength(2);
    expect(html).toContain('<h4>CHF</h4>');
  });

  it('of groups names also what has no name, and leaves nothing unsaid', () => {
    const rows = Array.from({ length: 14 }, (_, i) => row(i === 0 ? null : `p${i}`, 14 - i));
    const html = draw(<BarList name="Revenue" rows={rows} unit="count" currency={null} />);
    expect(html).toContain('(none)');
    expect(html).toContain('and 2 more in the table');
    const odd = draw(
      <BarList name="x" rows={[row('a', null), row('b', -2)]} unit="money" currency="GBP" />,
    );
    expect(odd).not.toMatch(/NaN|Infinity/);
    expect(odd).toContain('data-minus');
  });
});

describe('tables', () => {
  it('name the currency only where there are several', () => {
    const one = draw(
      <RowsTable name="Revenue" by="Country" rows={[row('a', 1)]} unit="money" good="up" />,
    );
    expect(one).not.toContain('Currency');
    const two = [point('2026-10-01', 1), point('2026-10-01', 2, 'CHF')];
    expect(
      draw(<SeriesTable name="Revenue" points={two} unit="money" grain="month" good="up" />),
    ).toContain('Currency');
  });
});

it('a change is said by more than its colour', () => {
  expect(draw(<Change change={0.1} />)).toContain('↑');
  expect(draw(<Change change={-0.1} good="down" />)).toContain('data-trend="good"');
  expect(draw(<Change change={null} />)).toBe('');
});

it('shares of several currencies name theirs', () => {
  const amounts = [
    { value: 0.04, currency: 'EUR' },
    { value: 0.05, currency: 'CHF' },
  ];
  expect(draw(<Values amounts={amounts} unit="percent" />)).toContain('CHF');
});

it('a sync without a known end has a bar without a number', () => {
  const run = { records_read: 0, progress: { done: 3, planned: null, stream: null } } as Run;
  expect(draw(<RunProgress run={run} />)).not.toContain('aria-valuenow');
  const half = { records_read: 9, progress: { done: 3, planned: 6, stream: 'orders' } } as Run;
  expect(draw(<RunProgress run={half} />)).toContain('aria-valuenow="50"');
});

it('an action shows everything that a yes is said to, and none of it as HTML', () => {
  const action = {
    kind: 'email.send',
    content: {
      to: ['a@b.c'],
      bcc: ['hidden@b.c'],
      subject: '<img src=x onerror=alert(1)>',
      body: '<script>alert(1)</script>',
    },
  } as unknown as Action;
  const html = draw(<ActionContent action={action} />);
  expect(html).toContain('hidden@b.c');
  expect(html).not.toMatch(/<(img|script)/);
});
