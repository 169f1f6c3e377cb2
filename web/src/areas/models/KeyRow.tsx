import { useState } from 'react';
import type { Provider, ProviderKey } from '@/api/contract';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { useCheckKey, useRemoveKey } from './providers';

/** A key that is kept: masked, whose it is, and whether it worked when last tried. */
export function KeyRow({ provider, held }: { provider: Provider; held: ProviderKey }) {
  const t = useText();
  const check = useCheckKey(provider.provider);
  const remove = useRemoveKey(provider.provider);
  const [asking, setAsking] = useState(false);
  const problem = held.error?.error;
  const onError = (error: unknown) => toast(describe(error, t));
  return (
    <div className="key-row">
      <span className="chip">{t.keysPage.scopeChip[held.scope]}</span>
      {held.masked && <code>{held.masked}</code>}
      {held.base_url && <code>{held.base_url}</code>}
      <div className="key-row-end">
        <span className="key-state" data-bad={!held.is_valid || undefined} role="status">
          {check.isPending
            ? t.keysPage.checking
            : held.is_valid
              ? held.checked_at && t.keysPage.checked(ago(held.checked_at))
              : (problem ?? t.keysPage.invalid)}
        </span>
        <IconButton
          small
          icon="refresh"
          label={`${t.keysPage.check}: ${provider.name}`}
          disabled={check.isPending}
          onClick={() =>
            check.mutate(held.scope, {
              onError,
              onSuccess: (answer) =>
                toast(
                  answer.is_valid ? t.keysPage.works : (answer.error?.error ?? t.keysPage.invalid),
                ),
            })
          }
        />
        <IconButton
          small
          icon="trash"
          label={`${t.common.remove}: ${provider.name}`}
          onClick={() => setAsking(true)}
        />
      </div>
      <Dialog
        open={asking}
        title={t.keysPage.removeTitle(provider.name)}
        onClose={() => setAsking(false)}
      >
        <p>{t.keysPage.removeText}</p>
        <div className="dialog-actions">
          <Button onClick={() => setAsking(false)}>{t.common.cancel}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(held.scope, { onError, onSuccess: () => setAsking(false) })
            }
          >
            {t.common.remove}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
