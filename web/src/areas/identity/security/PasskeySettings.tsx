import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import type { Security } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { browserName } from '../browserName';
import { createPasskey, knowsPasskeys, type CreationOptions } from '../passkey';
import { useSignInWords } from '../words';
import { ProofForm } from './ProofForm';
import { refreshSecurity } from './useSecurity';

/** The person's passkeys: seen, added, removed. */
export function PasskeySettings({ security }: { security: Security }) {
  const t = useText();
  const w = useSignInWords();
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState(() => browserName(navigator.userAgent));
  const add = useMutation({
    mutationFn: async (proof: { password?: string }) => {
      const options = await api.post<CreationOptions>('/me/passkeys/begin', proof);
      const credential = await createPasskey(options);
      await api.post('/me/passkeys', { name: name.trim(), credential });
    },
    onSuccess: () => {
      close();
      toast(w.passkeyAdded);
    },
    onError: (error) => {
      if (!isFailure(error)) toast(w.passkeyStopped);
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.delete(`/me/passkeys/${id}`),
    onSettled: refreshSecurity,
    onError: (error) => toast(describe(error, t)),
  });
  function close() {
    setAdding(false);
    add.reset();
    void refreshSecurity();
  }
  return (
    <PageSection
      title={w.passkeys}
      hint={knowsPasskeys() ? w.passkeysHint : w.passkeyImpossible}
      action={
        knowsPasskeys() && (
          <Button small icon="plus" onClick={() => setAdding(true)}>
            {w.passkeyAdd}
          </Button>
        )
      }
    >
      {security.passkeys.length === 0 && <p className="quiet">{w.passkeyNone}</p>}
      <ul className="rows">
        {security.passkeys.map((passkey) => (
          <li key={passkey.id}>
            <div className="row-words">
              <strong>{passkey.name}</strong>
              <span>
                {passkey.last_used_at ? w.passkeyUsed(ago(passkey.last_used_at)) : w.passkeyUnused}
              </span>
            </div>
            <Button
              small
              look="quiet"
              aria-label={`${w.passkeyRemove}: ${passkey.name}`}
              onClick={() => remove.mutate(passkey.id)}
            >
              {w.passkeyRemove}
            </Button>
          </li>
        ))}
      </ul>
      <Dialog open={adding} title={w.passkeyAdd} onClose={close}>
        <ProofForm
          password={security.password}
          label={w.passkeyAdd}
          busy={add.isPending}
          error={isFailure(add.error) ? add.error : null}
          onCancel={close}
          onProof={add.mutate}
        >
          <Field label={w.passkeyName}>
            {(field) => (
              <input
                {...field}
                className="input"
                required
                maxLength={60}
                value={name}
                onChange={(e) => setName(e.target.value)}
              />
            )}
          </Field>
        </ProofForm>
      </Dialog>
    </PageSection>
  );
}
