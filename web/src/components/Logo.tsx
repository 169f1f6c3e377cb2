/** The mark: three streams that join into one. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <g strokeWidth="3" strokeLinecap="round">
        <path d="M5.5 5c0 8.5 10.5 7.5 10.5 16v6" stroke="var(--stream-1)" />
        <path d="M16 5v8" stroke="var(--stream-3)" />
        <path d="M26.5 5c0 8.5-10.5 7.5-10.5 16" stroke="var(--stream-2)" />
        <path d="M16 20v7" stroke="var(--stream-1)" />
      </g>
    </svg>
  );
}
