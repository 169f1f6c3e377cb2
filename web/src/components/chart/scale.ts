/** Where the lines of an axis are. */
export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** Round numbers around all values, zero among them. */
export function scaleOf(values: (number | null)[], wanted = 4): Scale {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v));
  const min = Math.min(0, ...known);
  const max = Math.max(0, ...known);
  if (min === 0 && max === 0) return { low: 0, high: 1, ticks: [0] };
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((n) => n * power >= rough * 0.999) ?? 10) * power;
  const from = Math.floor(min / step);
  const to = Math.ceil(max / step);
  const ticks = Array.from({ length: to - from + 1 }, (_, i) =>
    Number(((from + i) * step).toPrecision(12)),
  );
  return { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1, ticks };
}

/** Only as tall as the values differ: for a shape without an axis. */
export function closeScale(values: number[]): { low: number; high: number } {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const room = (max - min) * 0.18 || Math.abs(max) || 1;
  return { low: min - room, high: max + room };
}

/** A line through points; where one is missing, the line begins anew. */
export function linePath(points: ([number, number] | null)[]): string {
  let pen = false;
  return points
    .map((point) => {
      if (!point) {
        pen = false;
        return '';
      }
      const step = `${pen ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
      pen = true;
      return step;
    })
    .join('');
}

/** Every how many points one is named, so that names do not touch. */
export function every(points: number, width: number, nameWidth = 76): number {
  return Math.max(1, Math.ceil(points / Math.max(1, Math.floor(width / nameWidth))));
}
