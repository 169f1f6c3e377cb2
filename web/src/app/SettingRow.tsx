import type { ReactNode } from 'react';

/** A setting: what it is on one side, its control on the other. */
export function SettingRow({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  children: ReactNode;
}) {
  return (
    <div className="setting">
      <div>
        <p className="field-label">{label}</p>
        {hint && <p className="field-hint">{hint}</p>}
      </div>
      <div className="setting-control">{children}</div>
    </div>
  );
}
