import type { ReactElement, ReactNode } from 'react';
import { cloneElement, useId, useRef, useState } from 'react';

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
  align?: 'start' | 'end';
}

function place(anchor: HTMLElement, menu: HTMLElement, align: 'start' | 'end'): void {
  const a = anchor.getBoundingClientRect();
  const m = menu.getBoundingClientRect();
  const left = align === 'start' ? a.left : a.right - m.width;
  const below = a.bottom + 6;
  const top = below + m.height > innerHeight - 8 ? Math.max(8, a.top - m.height - 6) : below;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - m.width - 8))}px`;
  menu.style.top = `${top}px`;
}

/** A menu button. Light dismissal, Escape and the top layer are the browser's popover. */
export function Menu({ label, trigger, children, align = 'end' }: Props) {
  const id = useId();
  const anchor = useRef<HTMLElement | null>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
  const close = () => menu.current?.hidePopover();

  const onKeyDown = (event: React.KeyboardEvent) => {
    const list = items();
    const at = list.indexOf(document.activeElement as HTMLElement);
    const go = (i: number) => {
      event.preventDefault();
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
        onClick: () => menu.current?.togglePopover(),
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        'aria-controls': id,
      })}
      <div
        ref={menu}
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onKeyDown={onKeyDown}
        onToggle={(event) => {
          const opened = event.newState === 'open';
          setOpen(opened);
          if (opened && anchor.current && menu.current) {
            place(anchor.current, menu.current, align);
            requestAnimationFrame(() => items()[0]?.focus());
          } else if (!opened && menu.current?.contains(document.activeElement)) {
            anchor.current?.focus();
          }
        }}
      >
        {open && children(close)}
      </div>
    </>
  );
}
