import { useEffect, useRef, useState } from 'react';
import type { UsageReport } from '@/api/contract';
import { useText } from '@/text';
import { date, money, tokenCount, whole } from '@/text/numbers';
import type { Day, Measure } from './usageMeasures';
import { ceiling, everyDay, measureOf } from './usageMeasures';

const HEIGHT = 240;
const LEFT = 64;
const BOTTOM = 28;
const TOP = 12;

function label(value: number, measure: Measure): string {
  if (measure === 'cost') return money(value);
  return measure === 'tokens' ? tokenCount(value) : whole(value);
}

/** The width there is, so that a line is a line and a letter a letter on every screen. */
function useWidth() {
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(720);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const sizes = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return { ref, width };
}

/** A bar for each day, with its numbers on pointing at it or walking to it with the keyboard. */
export function UsageChart({ report, measure }: { report: UsageReport; measure: Measure }) {
  const t = useText();
  const { ref, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const days = everyDay(report);
  const value = (day: Day) => (day.row ? measureOf(day.row, measure) : 0);
  const max = Math.max(0, ...days.map((d) => value(d) ?? 0));
  const top = ceiling(max);
  const inner = HEIGHT - BOTTOM - TOP;
  const slot = (width - LEFT) / Math.max(1, days.length);
  const y = (v: number) => TOP + inner * (1 - v / top);
  const every = Math.ceil(days.length / (width < 500 ? 4 : 7));
  const chosen = at === null ? null : days[at];
  const said = (day: Day) => {
    const v = value(day);
    return `${date(day.key)}: ${v === null ? t.common.notPriced : label(v, measure)}`;
  };

  return (
    <figure className="chart" ref={ref}>
      <figcaption className="tabular" aria-live="polite">
        {chosen ? said(chosen) : t.usage.chart(t.usage.measures[measure])}
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={t.usage.chart(t.usage.measures[measure])}
        onPointerLeave={() => setAt(null)}
      >
        {(max > 0 ? [0, 0.5, 1] : [0]).map((part) => (
          <g key={part}>
            <line x1={LEFT} x2={width} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 10} y={y(top * part) + 4} textAnchor="end">
              {part === 0 ? '0' : label(top * part, measure)}
            </text>
          </g>
        ))}
        {days.map((day, i) => {
          const v = value(day);
          const x = LEFT + i * slot;
          const bar = Math.max(2, Math.min(26, slot * 0.66));
          return (
            <g key={day.key} data-on={at === i || undefined} onPointerEnter={() => setAt(i)}>
              <rect className="chart-hit" x={x} y={0} width={slot} height={HEIGHT - BOTTOM} />
              {v !== null && v > 0 && (
                <rect
                  className="chart-bar"
                  x={x + (slot - bar) / 2}
                  y={y(v)}
                  width={bar}
                  height={Math.max(1.5, inner * (v / top))}
                  rx={Math.min(4, bar / 2)}
                />
              )}
              {v === null && (
                <circle className="chart-unknown" cx={x + slot / 2} cy={y(0) - 5} r={3} />
              )}
              {i % every === 0 && (
                <text x={x + slot / 2} y={HEIGHT - 8} textAnchor="middle">
                  {Number(day.key.slice(8))}.{Number(day.key.slice(5, 7))}.
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
