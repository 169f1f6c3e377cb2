import type { ReactNode } from 'react';
import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useSignInWords } from '../words';

interface Props {
  /** Whether the account has a password to ask for. */
  password: boolean;
  label: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onProof: (proof: { password?: string }) => void;
  children?: ReactNode;
}

/** Asks who it is before something about signing in is changed. */
export function ProofForm(props: Props) {
  const t = useText();
  const w = useSignInWords();
  const [password, setPassword] = useState('');
  const atField = isFailure(props.error) ? props.error.field('password') : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        props.onProof(props.password ? { password } : {});
      }}
    >
      {props.error !== null && !atField && (
        <Notice look="danger">{describe(props.error, t)}</Notice>
      )}
      {props.children}
      {props.password && (
        <Field label={w.confirmPassword} error={atField}>
          {(field) => (
            <input
              {...field}
              className="input"
              type="password"
              autoComplete="current-password"
              required
              autoFocus
              value={password}
              onChange={(e) => setPassword(e.target.value)}
            />
          )}
        </Field>
      )}
      <div className="dialog-actions">
        <Button onClick={props.onCancel}>{t.common.cancel}</Button>
        <Button type="submit" look={props.danger ? 'danger' : 'main'} busy={props.busy}>
          {props.label}
        </Button>
      </div>
    </form>
  );
}
