/** The picture beside the sign-in form: streams that run together, drawn from a few numbers. */
const HEIGHT = 900;
const GAP = 9;
const CENTRE = 330;
const SOURCES = [-150, -40, 50, 130, 205, 270, 325, 385, 450, 520, 600, 700];
/** How far down each stream joins: those from further away later, so that none crosses another. */
const JOINS = [0.8, 0.68, 0.57, 0.47, 0.38, 0.29, 0.2, 0.33, 0.43, 0.54, 0.66, 0.78];
const WIDTHS = [2, 3, 2, 4, 2.5, 3, 5, 2.5, 3.5, 2, 3, 2];

function course(i: number): string {
  const from = SOURCES[i] ?? 0;
  const to = CENTRE + (i - 6) * GAP;
  const y = HEIGHT * (JOINS[i] ?? 0.5);
  return `M${from} -20 C${from} ${y * 0.5} ${to} ${y * 0.42} ${to} ${y} L${to} ${HEIGHT + 20}`;
}

export function StreamArt() {
  return (
    <svg
      className="stream-art"
      viewBox="0 0 600 900"
      preserveAspectRatio="xMidYMin slice"
      aria-hidden="true"
    >
      {SOURCES.map((_, i) => (
        <path
          key={i}
          d={course(i)}
          strokeWidth={WIDTHS[i]}
          style={{ animationDelay: `${Math.abs(i - 6) * 80}ms` }}
          pathLength={1}
        />
      ))}
    </svg>
  );
}
