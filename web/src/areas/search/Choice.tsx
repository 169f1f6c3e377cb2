import type { ReactNode } from 'react';
import { useEffect, useId, useState } from 'react';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { usePopover } from '@/components/usePopover';
import { useText } from '@/text';
import { marksIn } from './titles';

export interface Option {
  value: string;
  label: string;
  hint?: string;
  face?: ReactNode;
}

interface Props {
  /** What is chosen here, for those who cannot see the row of filters. */
  label: string;
  /** Said while nothing is chosen. */
  any: string;
  value: string | null;
  shown?: string;
  options?: Option[];
  /** Offers a field that shortens the list. */
  find?: string;
  none?: string;
  /** Without a way back to nothing. */
  fixed?: boolean;
  onFind?: (text: string) => void;
  onChange: (value: string | null) => void;
  /** In place of a list. */
  children?: (close: () => void) => ReactNode;
}

/** A filter: what it is set to, and a panel to set it in. */
export function Choice(props: Props) {
  const { label, any, value, shown, options = [], find, none, fixed, onFind, onChange } = props;
  const t = useText();
  const id = useId();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start');
  const [typed, setTyped] = useState('');
  const name = shown ?? options.find((o) => o.value === value)?.label ?? value ?? any;
  const fitting = options.filter((o) => typed === '' || marksIn(o.label, typed));
  const chosen = value !== null && !fixed;

  useEffect(() => {
    if (!open) return;
    const find = (what: string) => panel.current?.querySelector<HTMLElement>(what);
    const first = find('[type="search"]') ?? find('[aria-checked="true"]') ?? find('button');
    first?.focus({ preventScroll: true });
  }, [open, panel]);

  const type = (text: string) => {
    setTyped(text);
    onFind?.(text);
  };
  const choose = (next: string | null) => {
    onChange(next);
    close();
    anchor.current?.focus();
  };
  const move = (event: React.KeyboardEvent) => {
    const rows = [...(panel.current?.querySelectorAll<HTMLElement>('[role="radio"]') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const field = panel.current?.querySelector('input[type="search"]') as HTMLElement | null;
    if (event.key === 'ArrowDown') rows[Math.min(at + 1, rows.length - 1)]?.focus();
    else if (event.key === 'ArrowUp') (rows[at - 1] ?? field ?? rows[0])?.focus();
    else if (event.key === 'Home' && at >= 0) rows[0]?.focus();
    else if (event.key === 'End' && at >= 0) rows.at(-1)?.focus();
    else if (event.key === 'Enter' && at < 0 && field) rows[0]?.click();
    else return;
    event.preventDefault();
  };

  return (
    <span className="choice" data-chosen={chosen || undefined}>
      <button
        ref={(element) => {
          anchor.current = element;
        }}
        type="button"
        className="choice-button"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        aria-label={`${label}: ${name}`}
        onClick={toggle}
      >
        <span>{name}</span>
        {!chosen && <Icon name="down" size={14} />}
      </button>
      {chosen && (
        <IconButton
          small
          icon="close"
          label={`${t.common.remove}: ${label}`}
          onClick={() => onChange(null)}
        />
      )}
      <div
        ref={panel}
        id={id}
        className="choice-panel"
        role="dialog"
        aria-label={label}
        popover="auto"
        onKeyDown={props.children ? undefined : move}
        onToggle={(event) => {
          onToggle(event);
          if (event.newState === 'closed' && typed) type('');
        }}
      >
        {open && props.children?.(close)}
        {open && !props.children && (
          <>
            {find && (
              <label className="choice-find">
                <Icon name="search" size={16} />
                <input
                  type="search"
                  placeholder={find}
                  aria-label={find}
                  value={typed}
                  onChange={(event) => type(event.target.value)}
                />
              </label>
            )}
            <div className="choice-list" role="radiogroup" aria-label={label}>
              {fitting.map((option) => (
                <button
                  key={option.value}
                  type="button"
                  role="radio"
                  aria-checked={option.value === value}
                  className="choice-row"
                  onClick={() => choose(option.value)}
                >
                  {option.face}
                  <span className="choice-words">
                    <span>{option.label}</span>
                    {option.hint && <small>{option.hint}</small>}
                  </span>
                  {option.value === value && <Icon name="check" size={16} />}
                </button>
              ))}
            </div>
            {fitting.length === 0 && none && <p className="choice-none">{none}</p>}
          </>
        )}
      </div>
    </span>
  );
}
