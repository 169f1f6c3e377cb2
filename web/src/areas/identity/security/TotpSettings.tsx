import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import type { Security } from '@/api/contract';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { toast } from '@/components/toasts';
import { ago } from '@/text/numbers';
import { useSignInWords } from '../words';
import { ProofForm } from './ProofForm';
import { TotpSetUp } from './TotpSetUp';
import { refreshSecurity } from './useSecurity';

/** The authenticator app: whether it is asked for, setting it up, doing without it. */
export function TotpSettings({ security }: { security: Security }) {
  const w = useSignInWords();
  const [open, setOpen] = useState<'set-up' | 'remove' | null>(null);
  const remove = useMutation({
    mutationFn: (proof: { password?: string }) => api.post('/me/totp/remove', proof),
    onSuccess: () => {
      close();
      toast(w.totpIsOff);
    },
  });
  const on = security.totp?.enabled ?? false;
  function close() {
    setOpen(null);
    remove.reset();
    void refreshSecurity();
  }
  return (
    <PageSection
      title={w.totp}
      hint={w.totpHint}
      action={
        <Button small onClick={() => setOpen(on ? 'remove' : 'set-up')}>
          {on ? w.totpRemove : w.totpBegin}
        </Button>
      }
    >
      <p className="quiet">
        {on
          ? [
              w.totpOn(ago(security.totp?.confirmed_at ?? '')),
              w.recoveryLeft(security.recovery_codes_left),
            ].join(' · ')
          : w.totpOff}
      </p>
      <Dialog open={open === 'set-up'} title={w.totp} onClose={close}>
        <TotpSetUp password={security.password} onDone={close} />
      </Dialog>
      <Dialog open={open === 'remove'} title={w.totpRemove} onClose={close}>
        <ProofForm
          password={security.password}
          label={w.totpRemove}
          danger
          busy={remove.isPending}
          error={remove.error}
          onCancel={close}
          onProof={remove.mutate}
        >
          <p>{w.totpRemoveText}</p>
        </ProofForm>
      </Dialog>
    </PageSection>
  );
}
