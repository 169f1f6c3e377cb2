import { useState } from 'react';
import { every, linePath, scaleOf } from '@/components/chart/scale';
import { useWidth } from '@/components/chart/useWidth';
import { useAdminText } from '../text';
import './chart.css';
import type { ChartLine } from './series';
import { timeShort, timeWords } from './times';

interface Props {
  name: string;
  times: number[];
  /** Seconds between two times. */
  step: number;
  lines: ChartLine[];
  labelOf: (line: ChartLine) => string;
  say: (value: number | null) => string;
}

const HEIGHT = 200;
const BOTTOM = 24;
const TOP = 8;
const LETTER = 7;

/** Lines over time; their numbers by pointing at them or with the arrow keys. */
export function TimeChart({ name, times, step, lines, labelOf, say }: Props) {
  const a = useAdminText();
  const { ref, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const scale = scaleOf(
    lines.flatMap((line) => line.values),
    3,
  );
  const names = scale.ticks.map((tick) => say(tick));
  const left = Math.max(...names.map((n) => n.length)) * LETTER + 12;
  const inner = { width: Math.max(1, width - left - 6), height: HEIGHT - BOTTOM - TOP };
  const last = times.length - 1;
  const x = (i: number) => left + (last < 1 ? inner.width / 2 : (i / last) * inner.width);
  const y = (v: number) => TOP + inner.height * (1 - (v - scale.low) / (scale.high - scale.low));
  const path = (line: ChartLine) =>
    linePath(
      line.values.map((v, i): [number, number] | null => (v === null ? null : [x(i), y(v)])),
    );
  const nth = every(times.length, inner.width, 84);
  const shown = at ?? last;
  // A single line is what the chart is named after.
  const alone = lines.length === 1;
  const saidAt = (i: number) =>
    [
      timeWords(times[i] ?? 0, step),
      ...lines.map((line) => `${labelOf(line)} ${say(line.values[i] ?? null)}`),
    ].join(', ');

  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left - left) / inner.width;
    setAt(Math.max(0, Math.min(last, Math.round(part * last))));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const next = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') setAt(null);
    if (next === undefined) return;
    event.preventDefault();
    // The first press of an arrow only shows where one is.
    const begins = at === null && event.key.startsWith('Arrow');
    setAt(begins ? shown : Math.max(0, Math.min(last, next)));
  };

  return (
    <div className="achart" ref={ref}>
      <ul className="achart-legend tabular" aria-hidden="true">
        {lines.map((line, i) => (
          <li key={line.id} data-line={i}>
            <span className="achart-swatch" />
            {!alone && <span className="achart-name">{labelOf(line)}</span>}
            <strong>{say(line.values[shown] ?? null)}</strong>
          </li>
        ))}
        <li className="achart-when">{timeWords(times[shown] ?? 0, step)}</li>
      </ul>
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="slider"
        tabIndex={0}
        aria-label={a.monitor.chartLabel(name)}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, shown)}
        aria-valuetext={saidAt(shown)}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={onKeyDown}
      >
        {scale.ticks.map((tick, i) => (
          <g key={tick}>
            <line className="achart-grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">
              {names[i]}
            </text>
          </g>
        ))}
        {times.map(
          (time, i) =>
            i % nth === 0 && (
              <text
                key={time}
                x={x(i)}
                y={HEIGHT - 5}
                textAnchor={i === 0 ? 'start' : i > last - nth / 2 ? 'end' : 'middle'}
              >
                {timeShort(time, step)}
              </text>
            ),
        )}
        {lines.length === 1 && lines[0]?.values.every((v) => v !== null) && last > 0 && (
          <path
            className="achart-area"
            d={`${path(lines[0])}L${x(last).toFixed(1)} ${y(0)}L${x(0).toFixed(1)} ${y(0)}Z`}
          />
        )}
        {lines.map((line, i) => (
          <path key={line.id} className="achart-line" data-line={i} d={path(line)} />
        ))}
        {at !== null && (
          <g className="achart-here">
            <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
            {lines.map((line, i) => {
              const v = line.values[at] ?? null;
              return v === null ? null : (
                <circle key={line.id} data-line={i} cx={x(at)} cy={y(v)} r={3.5} />
              );
            })}
          </g>
        )}
      </svg>
    </div>
  );
}
