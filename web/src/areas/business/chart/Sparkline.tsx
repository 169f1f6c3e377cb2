import { closeScale, linePath } from '@/components/chart/scale';

const WIDTH = 120;
const HEIGHT = 32;

/** The shape of a series, without numbers; what it says stands beside it. */
export function Sparkline({ values }: { values: number[] }) {
  const { low, high } = closeScale(values);
  const x = (i: number) => (values.length < 2 ? WIDTH / 2 : (i / (values.length - 1)) * WIDTH);
  const y = (v: number) => 2 + (HEIGHT - 4) * (1 - (v - low) / (high - low));
  const line = linePath(values.map((v, i) => [x(i), y(v)]));
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values.length > 1 && (
        <>
          <path className="spark-area" d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
          <path className="spark-line" d={line} />
        </>
      )}
    </svg>
  );
}
