interface Props {
  name: string;
  color: string;
  size?: number;
}

/** Initials on the person's colour. The name beside it is what screen readers get. */
export function Avatar({ name, color, size = 28 }: Props) {
  const letters = name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => [...word][0] ?? '')
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join('')
    .toUpperCase();
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{
        width: size,
        height: size,
        fontSize: size * 0.38,
        background: `color-mix(in oklab, ${color || '#0d6670'} 78%, #10201f)`,
      }}
    >
      {letters}
    </span>
  );
}
