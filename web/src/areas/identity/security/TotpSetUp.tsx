import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import type { RecoveryCodes, TotpSecret } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useSignInWords } from '../words';
import { ProofForm } from './ProofForm';

interface Props {
  password: boolean;
  onDone: () => void;
}

/** Three steps: who it is, the app and its first code, the recovery codes. */
export function TotpSetUp({ password, onDone }: Props) {
  const t = useText();
  const w = useSignInWords();
  const [code, setCode] = useState('');
  const begin = useMutation({
    mutationFn: (proof: { password?: string }) => api.post<TotpSecret>('/me/totp', proof),
  });
  const confirm = useMutation({
    mutationFn: () => api.post<RecoveryCodes>('/me/totp/confirm', { code }),
  });

  if (confirm.data) {
    const codes = confirm.data.recovery_codes;
    return (
      <>
        <Notice>{w.recoveryOnce}</Notice>
        <ul className="recovery-codes" aria-label={w.recovery}>
          {codes.map((one) => (
            <li key={one}>
              <code>{one}</code>
            </li>
          ))}
        </ul>
        <div className="dialog-actions">
          <CopyButton text={() => codes.join('\n')} />
          <Button look="main" onClick={onDone}>
            {t.common.close}
          </Button>
        </div>
      </>
    );
  }
  if (!begin.data) {
    return (
      <ProofForm
        password={password}
        label={w.next}
        busy={begin.isPending}
        error={begin.error}
        onCancel={onDone}
        onProof={begin.mutate}
      />
    );
  }
  const { secret, qr } = begin.data;
  const atField = isFailure(confirm.error) ? confirm.error.field('code') : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p>{w.totpScan}</p>
      {qr && (
        <img
          className="qr"
          alt={w.totpPicture}
          src={`data:image/svg+xml;utf8,${encodeURIComponent(qr)}`}
        />
      )}
      <div className="secret">
        <code aria-label={w.totpSecret}>{secret}</code>
        <CopyButton text={() => secret} />
      </div>
      {confirm.error && !atField && <Notice look="danger">{describe(confirm.error, t)}</Notice>}
      <Field label={w.totpFirstCode} error={atField}>
        {(field) => (
          <input
            {...field}
            className="input"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            required
            value={code}
            onChange={(e) => setCode(e.target.value)}
          />
        )}
      </Field>
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.common.cancel}</Button>
        <Button type="submit" look="main" busy={confirm.isPending}>
          {w.totpConfirm}
        </Button>
      </div>
    </form>
  );
}
