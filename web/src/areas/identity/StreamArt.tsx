/** The picture beside the sign-in form: many streams that run together, drawn from a few numbers. */
const SOURCES = [
  { x: 40, join: 300, depth: 0.34, width: 2 },
  { x: 120, join: 300, depth: 0.46, width: 3 },
  { x: 205, join: 310, depth: 0.3, width: 2 },
  { x: 290, join: 320, depth: 0.22, width: 4 },
  { x: 372, join: 330, depth: 0.38, width: 2.5 },
  { x: 455, join: 335, depth: 0.5, width: 3 },
  { x: 530, join: 340, depth: 0.62, width: 2 },
  { x: 600, join: 345, depth: 0.7, width: 2 },
  { x: -30, join: 295, depth: 0.6, width: 2 },
] as const;

const HEIGHT = 900;

function course(x: number, join: number, depth: number): string {
  const y = HEIGHT * depth;
  const bend = y * 0.55;
  return `M${x} -20 C${x} ${bend} ${join} ${y - bend * 0.5} ${join} ${y + 120} S${320} ${HEIGHT * 0.86} 320 ${HEIGHT + 20}`;
}

export function StreamArt() {
  return (
    <svg
      className="stream-art"
      viewBox="0 0 600 900"
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
    >
      {SOURCES.map((s, i) => (
        <path
          key={i}
          d={course(s.x, s.join, s.depth)}
          strokeWidth={s.width}
          style={{ animationDelay: `${i * 90}ms` }}
          pathLength={1}
        />
      ))}
    </svg>
  );
}
