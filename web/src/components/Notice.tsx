import type { ReactNode } from 'react';
import type { IconName } from './Icon';
import { Icon } from './Icon';

interface Props {
  look?: 'plain' | 'warn' | 'danger';
  icon?: IconName;
  children: ReactNode;
  actions?: ReactNode;
}

export function Notice({ look = 'plain', icon, children, actions }: Props) {
  const shown = icon ?? (look === 'plain' ? 'info' : 'warning');
  return (
    <div
      className={`notice ${look === 'plain' ? '' : `notice-${look}`}`}
      role={look === 'danger' ? 'alert' : undefined}
    >
      <Icon name={shown} size={17} />
      <div className="notice-body">
        <div>{children}</div>
        {actions && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}
