import type { ButtonHTMLAttributes, Ref } from 'react';
import type { IconName } from './Icon';
import { Icon } from './Icon';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What the button does, for those who cannot see it and as its tooltip. */
  label: string;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, small, className, type = 'button', ...rest }: Props) {
  const classes = ['icon-btn', small && 'icon-btn-small', className].filter(Boolean).join(' ');
  return (
    <button type={type} className={classes} aria-label={label} title={label} {...rest}>
      <Icon name={icon} size={small ? 16 : 18} />
    </button>
  );
}
