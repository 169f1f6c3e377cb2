/** Water on its way: something is being waited for. */
export function Flow({ label }: { label: string }) {
  return (
    <p className="flow">
      <svg width="34" height="16" viewBox="0 0 34 16" fill="none" aria-hidden="true">
        <path d="M1 3c8 0 8 5 16 5h16" />
        <path d="M1 8h32" />
        <path d="M1 13c8 0 8-5 16-5h16" />
      </svg>
      {label}
    </p>
  );
}
