import type { ButtonHTMLAttributes, Ref } from 'react';
import type { IconName } from './Icon';
import { Icon } from './Icon';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'main' | 'line' | 'quiet' | 'danger';
  icon?: IconName;
  small?: boolean;
  wide?: boolean;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = 'line',
  icon,
  small,
  wide,
  busy,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: Props) {
  const classes = ['btn', `btn-${look}`, small && 'btn-small', wide && 'btn-wide', className];
  return (
    <button
      type={type}
      className={classes.filter(Boolean).join(' ')}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon && <Icon name={icon} size={small ? 15 : 17} />}
      {children}
    </button>
  );
}
