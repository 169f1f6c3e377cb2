import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import { useText } from '@/text';
import { IconButton } from './IconButton';

interface Props {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Without a visible head the title is still read out. */
  bare?: boolean;
  className?: string;
}

/** A modal dialog. The browser keeps the focus inside and gives it back on closing. */
export function Dialog({ open, title, onClose, children, bare, className }: Props) {
  const t = useText();
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  if (!open) return null;
  return (
    <dialog
      ref={ref}
      className={['dialog', className].filter(Boolean).join(' ')}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div className={bare ? 'unseen' : 'dialog-head'}>
        <h2 id={id}>{title}</h2>
        {!bare && (
          <IconButton icon="close" label={t.common.close} onClick={() => ref.current?.close()} />
        )}
      </div>
      {bare ? children : <div className="dialog-body">{children}</div>}
    </dialog>
  );
}
