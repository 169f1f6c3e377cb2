import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import type { ApiToken } from '@/api/contract';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { NewToken } from './NewToken';
import { useRevokeToken, useTokens } from './tokens';

export function TokenSettings() {
  const t = useText();
  const s = t.settings;
  const tokens = useTokens();
  const revoke = useRevokeToken();
  const [creating, setCreating] = useState(false);
  const [leaving, setLeaving] = useState<ApiToken | null>(null);
  return (
    <PageSection
      title={s.tokens}
      hint={
        <>
          {s.tokensHint} <span className="address">{`${location.origin}/v1`}</span>
        </>
      }
      action={
        <Button small icon="plus" onClick={() => setCreating(true)}>
          {s.tokenCreate}
        </Button>
      }
    >
      {tokens.isPending && <Bones lines={2} height={32} />}
      {tokens.error && <LoadError error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <p className="quiet">{s.noTokens}</p>}
      <ul className="rows">
        {tokens.data?.map((token) => (
          <li key={token.id}>
            <div className="row-words">
              <strong>{token.name}</strong>
              <span>
                <span className="address">{token.prefix}…</span>{' '}
                {token.last_used_at ? s.tokenUsed(ago(token.last_used_at)) : s.tokenUnused}
              </span>
            </div>
            {token.scopes.map((scope) => (
              <span key={scope} className="chip">
                {s.scopes[scope]}
              </span>
            ))}
            <Button small look="quiet" onClick={() => setLeaving(token)}>
              {s.tokenRevoke}
            </Button>
          </li>
        ))}
      </ul>
      <Dialog open={creating} title={s.tokenCreate} onClose={() => setCreating(false)}>
        <NewToken onDone={() => setCreating(false)} />
      </Dialog>
      <Dialog
        open={leaving !== null}
        title={s.tokenRevokeTitle(leaving?.name ?? '')}
        onClose={() => setLeaving(null)}
      >
        <p>{s.tokenRevokeText}</p>
        <div className="dialog-actions">
          <Button onClick={() => setLeaving(null)}>{t.common.cancel}</Button>
          <Button
            look="danger"
            busy={revoke.isPending}
            onClick={() =>
              leaving &&
              revoke.mutate(leaving.id, {
                onSuccess: () => setLeaving(null),
                onError: (error) => toast(describe(error, t)),
              })
            }
          >
            {s.tokenRevoke}
          </Button>
        </div>
      </Dialog>
    </PageSection>
  );
}
