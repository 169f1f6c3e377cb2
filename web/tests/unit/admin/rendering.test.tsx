import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Verdict } from '../../../src/areas/admin/audit/Verdict';
import { Figures } from '../../../src/areas/admin/monitor/Figures';
import { TimeChart } from '../../../src/areas/admin/monitor/TimeChart';
import { Findings } from '../../../src/areas/admin/system/Findings';

const draw = renderToStaticMarkup;

describe('a chart over time', () => {
  const chart = (values: (number | null)[][]) =>
    draw(
      <TimeChart
        name="Cost"
        times={(values[0] ?? []).map((_, i) => Date.UTC(2026, 10, 21, 10, i))}
        step={60}
        lines={values.map((of, i) => ({ id: `m${i}`, values: of }))}
        labelOf={(line) => line.id}
        say={(value) => (value === null ? '–' : `$${value}`)}
      />,
    );

  it('is drawn whatever is missing', () => {
    for (const values of [
      [[]],
      [[4]],
      [[null, null]],
      [[0, 0, 0]],
      [
        [1, null, 3],
        [2, 5, null],
      ],
    ]) {
      expect(chart(values)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('says its newest numbers, in order', () => {
    const html = chart([
      [1, 2],
      [3, 4],
    ]);
    expect(html).toMatch(/aria-valuetext="[^"]*m0 \$2, m1 \$4"/);
    expect(html).toContain('aria-valuenow="1"');
  });
});

it('a figure says more than its colour', () => {
  const figure = { name: 'http.p95', label: 'Within', value: 120, unit: 'ms', previous: 60 };
  const html = draw(<Figures figures={[figure]} />);
  expect(html).toContain('data-trend="bad"');
  expect(html).toContain('↑');
  const first = draw(<Figures figures={[{ ...figure, previous: null }]} />);
  expect(first).toContain('nothing before');
  // More requests are neither good nor bad.
  const more = draw(<Figures figures={[{ ...figure, name: 'http.requests' }]} />);
  expect(more).not.toContain('data-trend');
});

it('a broken trail says where', () => {
  const broken = { id: 'x-1', at: '2026-11-21T10:00:00Z', reason: 'Its hash is another.' };
  const verdict = { ok: false, rows: 3, from: null, to: null, broken, head: 'abc' };
  const html = draw(<Verdict verdict={verdict} />);
  expect(html).toContain('data-look="bad"');
  expect(html).toContain('x-1');
  const whole = draw(<Verdict verdict={{ ...verdict, ok: true, broken: null }} />);
  expect(whole).toContain('data-look="good"');
});

it('what has to be mended comes before what has to be looked at', () => {
  const html = draw(
    <Findings
      findings={[
        { check: 'Clock', state: 'ok', words: '', advice: null },
        { check: 'Disk', state: 'warn', words: 'Little room.', advice: 'Make room.' },
        { check: 'Scanner', state: 'fail', words: 'Down.', advice: 'Start it.' },
      ]}
    />,
  );
  expect(html.indexOf('Scanner')).toBeLessThan(html.indexOf('Disk'));
  expect(html.indexOf('Disk')).toBeLessThan(html.indexOf('Clock'));
  expect(html).toContain('Make room.');
});
