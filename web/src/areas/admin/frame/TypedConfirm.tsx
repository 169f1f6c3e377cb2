import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useAdminText } from '../text';

interface Props {
  title: string;
  /** What has to be typed, exactly. */
  words: string;
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** For what cannot be undone: the button opens once the name stands there again. */
export function TypedConfirm(props: Props) {
  const { title, words, action, busy, error, onConfirm, onClose, children } = props;
  const t = useText();
  const a = useAdminText();
  const [typed, setTyped] = useState('');
  const same = typed.trim() === words;
  return (
    <Dialog open title={title} onClose={onClose}>
      {children}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (same) onConfirm();
        }}
      >
        <Field label={a.typeAgain(words)}>
          {(field) => (
            <input
              {...field}
              className="input"
              autoComplete="off"
              autoFocus
              spellCheck={false}
              value={typed}
              onChange={(e) => setTyped(e.target.value)}
            />
          )}
        </Field>
        {error !== null && error !== undefined && (
          <Notice look="danger">{describe(error, t)}</Notice>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="danger" disabled={!same} busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
