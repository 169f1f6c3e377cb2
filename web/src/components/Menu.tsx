import type { ReactElement, ReactNode } from 'react';
import { cloneElement, useEffect, useId } from 'react';
import type { Align } from './usePopover';
import { usePopover } from './usePopover';

interface TriggerProps {
  ref?: (element: HTMLElement | null) => void;
  onClick?: () => void;
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
  'aria-controls'?: string;
}

interface Props {
  label: string;
  trigger: ReactElement<TriggerProps>;
  children: (close: () => void) => ReactNode;
  align?: Align;
}

/** A button and its menu, to be walked through with the arrow keys. */
export function Menu({ label, trigger, children, align = 'end' }: Props) {
  const id = useId();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover(align);
  const items = () => [...(panel.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];

  useEffect(() => {
    if (open) panel.current?.querySelector<HTMLElement>('.menu-item')?.focus();
  }, [open, panel]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const list = items();
    const at = list.indexOf(document.activeElement as HTMLElement);
    const go = (i: number) => {
      event.preventDefault();
      event.stopPropagation();
      list[(i + list.length) % list.length]?.focus();
    };
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(list.length - 1);
    else if (event.key === 'Tab') close();
  };

  return (
    <>
      {cloneElement(trigger, {
        ref: (element: HTMLElement | null) => {
          anchor.current = element;
        },
        onClick: toggle,
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        'aria-controls': id,
      })}
      <div
        ref={panel}
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onKeyDown={onKeyDown}
        onToggle={onToggle}
      >
        {open && children(close)}
      </div>
    </>
  );
}
