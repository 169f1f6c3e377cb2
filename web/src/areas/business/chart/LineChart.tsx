import { useState } from 'react';
import { exact, pieceShort, pieceWords, short } from '../formats';
import { useBusinessText } from '../text';
import type { Grain, Unit } from '../types';
import './chart.css';
import { every, linePath, scaleOf } from '@/components/chart/scale';
import { useWidth } from '@/components/chart/useWidth';

export interface LinePoint {
  start: string;
  value: number | null;
  previous: number | null;
}

interface Props {
  name: string;
  points: LinePoint[];
  unit: Unit | null;
  currency: string | null;
  grain: Grain | null;
  /** The last point is of a time that is not over yet. */
  unfinished?: boolean;
  height?: number;
}

const BOTTOM = 26;
const TOP = 10;
const LETTER = 7;

/** A series as a line, the earlier one dashed behind it; the numbers by pointing at it or with the arrow keys. */
export function LineChart({
  name,
  points,
  unit,
  currency,
  grain,
  unfinished = false,
  height = 260,
}: Props) {
  const b = useBusinessText();
  const { ref, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const scale = scaleOf(points.flatMap((p) => [p.value, p.previous]));
  const names = scale.ticks.map((tick) => short(unit, tick, currency));
  const left = Math.max(...names.map((n) => n.length)) * LETTER + 14;
  const inner = { width: Math.max(1, width - left - 8), height: height - BOTTOM - TOP };
  const x = (i: number) =>
    left + (points.length < 2 ? inner.width / 2 : (i / (points.length - 1)) * inner.width);
  const y = (v: number) => TOP + inner.height * (1 - (v - scale.low) / (scale.high - scale.low));
  const drawn = points.map((p, i): [number, number] | null =>
    p.value === null ? null : [x(i), y(p.value)],
  );
  const line = linePath(drawn);
  const whole = drawn.every((point) => point !== null);
  const open = unfinished && points.length > 1;
  const compared = points.some((p) => p.previous !== null);
  const before = linePath(
    points.map((p, i) => (p.previous === null ? null : [x(i), y(p.previous)])),
  );
  const nth = every(points.length, inner.width);
  const last = points.length - 1;
  const chosen = at === null ? null : (points[at] ?? null);
  const said = (p: LinePoint) =>
    [
      `${pieceWords(p.start, grain)}: ${exact(unit, p.value, currency)}`,
      p.previous === null ? null : b.chart.before(exact(unit, p.previous, currency)),
    ]
      .filter(Boolean)
      .join(' · ');

  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left - left) / inner.width;
    setAt(Math.max(0, Math.min(last, Math.round(part * last))));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const now = at ?? last;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') setAt(null);
    if (next === undefined) return;
    event.preventDefault();
    // The first press of an arrow only shows where one is.
    const begins = at === null && event.key.startsWith('Arrow');
    setAt(begins ? now : Math.max(0, Math.min(last, next)));
  };

  return (
    <div className="bchart" ref={ref}>
      <p className="bchart-said tabular" aria-hidden="true">
        {chosen ? said(chosen) : compared ? b.chart.hintBefore : b.chart.hint}
      </p>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="slider"
        tabIndex={0}
        aria-label={b.chart.line(name)}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? Math.max(0, last)}
        aria-valuetext={points[at ?? last] ? said(points[at ?? last] as LinePoint) : b.chart.none}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={onKeyDown}
      >
        {scale.ticks.map((tick, i) => (
          <g key={tick}>
            <line
              className="bchart-grid"
              data-zero={tick === 0 || undefined}
              x1={left}
              x2={width}
              y1={y(tick)}
              y2={y(tick)}
            />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">
              {names[i]}
            </text>
          </g>
        ))}
        {points.map(
          (p, i) =>
            i % nth === 0 && (
              <text
                key={p.start}
                x={x(i)}
                y={height - 6}
                textAnchor={i === 0 ? 'start' : i === last ? 'end' : 'middle'}
              >
                {pieceShort(p.start, grain)}
              </text>
            ),
        )}
        {whole && points.length > 1 && (
          <path
            className="bchart-area"
            d={`${line}L${x(last).toFixed(1)} ${y(0)}L${x(0).toFixed(1)} ${y(0)}Z`}
          />
        )}
        <path className="bchart-before" d={before} />
        <path className="bchart-line" d={open ? linePath(drawn.slice(0, -1)) : line} />
        {open && <path className="bchart-line" data-open d={linePath(drawn.slice(-2))} />}
        {points.length === 1 && drawn[0] && (
          <circle className="bchart-dot" cx={drawn[0][0]} cy={drawn[0][1]} r={4} />
        )}
        {chosen && at !== null && (
          <g className="bchart-here">
            <line x1={x(at)} x2={x(at)} y1={TOP} y2={height - BOTTOM} />
            {chosen.previous !== null && (
              <circle className="bchart-dot-before" cx={x(at)} cy={y(chosen.previous)} r={3.5} />
            )}
            {chosen.value !== null && (
              <circle className="bchart-dot" cx={x(at)} cy={y(chosen.value)} r={4.5} />
            )}
          </g>
        )}
      </svg>
    </div>
  );
}
