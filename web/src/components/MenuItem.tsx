import type { ReactNode } from 'react';
import type { IconName } from './Icon';
import { Icon } from './Icon';

interface Props {
  icon?: IconName;
  danger?: boolean;
  checked?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, danger, checked, onSelect, children }: Props) {
  return (
    <button
      type="button"
      className="menu-item"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      data-danger={danger || undefined}
      tabIndex={-1}
      onClick={onSelect}
    >
      {icon && <Icon name={icon} size={17} />}
      {children}
      {checked && (
        <small>
          <Icon name="check" size={15} />
        </small>
      )}
    </button>
  );
}
