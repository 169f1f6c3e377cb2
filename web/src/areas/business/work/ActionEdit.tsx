import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Action } from '../types';
import { useEditAction } from './actions';
import { recipients, textOf } from './content';

/** Changes what would be done; what is confirmed afterwards is the changed one. */
export function ActionEdit({ action, onDone }: { action: Action; onDone: () => void }) {
  const t = useText();
  const b = useBusinessText();
  const edit = useEditAction(action.id);
  const mail = action.kind === 'email.send' || action.kind === 'email.draft';
  const [to, setTo] = useState(recipients(action.content.to).join(', '));
  const names = mail
    ? ['subject', 'body']
    : Object.keys(action.content).filter((n) => typeof action.content[n] === 'string');
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(names.map((n) => [n, textOf(action.content, n)])),
  );
  const failure = isFailure(edit.error) ? edit.error : null;
  const error = (name: string) => failure?.field(name) ?? failure?.field(`content.${name}`);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        edit.mutate(
          { ...action.content, ...texts, ...(mail ? { to: recipients(to) } : {}) },
          { onSuccess: onDone },
        );
      }}
    >
      {mail && (
        <Field label={b.actions.to} hint={b.actions.toHint} error={error('to')}>
          {(props) => (
            <input
              {...props}
              className="input"
              required
              value={to}
              onChange={(e) => setTo(e.target.value)}
            />
          )}
        </Field>
      )}
      {names.map((name) => (
        <Field key={name} label={b.actions.fields(name)} error={error(name)}>
          {(props) =>
            name === 'body' || name === 'notes' ? (
              <textarea
                {...props}
                className="input bbody"
                value={texts[name] ?? ''}
                onChange={(e) => setTexts({ ...texts, [name]: e.target.value })}
              />
            ) : (
              <input
                {...props}
                className="input"
                value={texts[name] ?? ''}
                onChange={(e) => setTexts({ ...texts, [name]: e.target.value })}
              />
            )
          }
        </Field>
      ))}
      {edit.error && <Notice look="danger">{describe(edit.error, t)}</Notice>}
      <div className="form-end">
        <Button type="submit" look="main" busy={edit.isPending}>
          {t.common.save}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {t.common.cancel}
        </Button>
      </div>
    </form>
  );
}
