const AROUND = 2 * Math.PI * 9;

/** How much of something has gone; without a number, that it goes. */
export function Ring({ value }: { value: number | null }) {
  return (
    <svg
      className="ring"
      data-turning={value === null || undefined}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="9" />
      <circle
        className="ring-gone"
        cx="12"
        cy="12"
        r="9"
        strokeDasharray={AROUND}
        strokeDashoffset={AROUND * (1 - (value ?? 0.28))}
      />
    </svg>
  );
}
