import { useState } from 'react';
import type { TokenScope } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { canManage, useMe } from './session';
import { useCreateToken } from './tokens';

/** Makes a token and shows it this once. */
export function NewToken({ onDone }: { onDone: () => void }) {
  const t = useText();
  const s = t.settings;
  const me = useMe();
  const create = useCreateToken();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<TokenScope[]>(['ai']);
  const offered: TokenScope[] = ['ai', 'read', 'write'];
  if (canManage(me)) offered.push('admin');

  if (create.data) {
    const { token } = create.data;
    return (
      <>
        <Notice>{s.tokenOnce}</Notice>
        <div className="secret">
          <code>{token}</code>
          <CopyButton text={() => token} />
        </div>
        <div className="dialog-actions">
          <Button look="main" onClick={onDone}>
            {t.common.close}
          </Button>
        </div>
      </>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ name: name.trim(), scopes });
      }}
    >
      {create.error && <Notice look="danger">{describe(create.error, t)}</Notice>}
      <Field
        label={s.tokenName}
        error={isFailure(create.error) ? create.error.field('name') : undefined}
      >
        {(props) => (
          <input
            {...props}
            className="input"
            autoFocus
            required
            maxLength={80}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
      <fieldset className="field">
        <legend className="field-label">{s.tokenScopes}</legend>
        <div className="checks">
          {offered.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(e) =>
                  setScopes(
                    e.target.checked ? [...scopes, scope] : scopes.filter((x) => x !== scope),
                  )
                }
              />
              {s.scopes[scope]}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.common.cancel}</Button>
        <Button type="submit" look="main" disabled={scopes.length === 0} busy={create.isPending}>
          {s.tokenCreate}
        </Button>
      </div>
    </form>
  );
}
