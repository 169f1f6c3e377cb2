import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { useDropWebhookSecret, useWebhookSecret } from './sources';

/** Where the source may send its news, and the secret it signs them with. */
export function Webhooks({ connector }: { connector: Connector }) {
  const t = useText();
  const b = useBusinessText();
  const add = useWebhookSecret(connector.id);
  const drop = useDropWebhookSecret(connector.id);
  const [secret, setSecret] = useState('');
  const url = connector.webhook_url ? new URL(connector.webhook_url, location.origin).href : null;
  if (!url) return null;
  return (
    <PageSection title={b.hooks.title} hint={b.hooks.hint}>
      <div className="field">
        <span className="field-label">{b.hooks.address}</span>
        <div className="secret">
          <code>{url}</code>
          <CopyButton text={() => url} label={b.hooks.copy} />
        </div>
      </div>
      {connector.webhook_topics.length > 0 && (
        <div className="field">
          <span className="field-label">{b.hooks.topics}</span>
          <ul className="bnames">
            {connector.webhook_topics.map((topic) => (
              <li key={topic} className="chip bmono">
                {topic}
              </li>
            ))}
          </ul>
        </div>
      )}
      {connector.refused_webhooks > 0 && (
        <Notice look="warn">{b.hooks.refused(connector.refused_webhooks)}</Notice>
      )}
      {connector.webhook_secrets.length > 0 && (
        <ul className="bnames" aria-label={b.hooks.secrets}>
          {connector.webhook_secrets.map((masked, n) => (
            <li key={`${masked}-${n}`}>
              <button
                type="button"
                className="bchip bmono"
                aria-label={b.hooks.drop(masked)}
                disabled={drop.isPending}
                onClick={() =>
                  drop.mutate(n, { onError: (error) => void toast(describe(error, t)) })
                }
              >
                {masked}
                <Icon name="close" size={13} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="form-row"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(secret.trim(), {
            onSuccess: () => {
              setSecret('');
              toast(b.hooks.added);
            },
          });
        }}
      >
        <Field label={b.hooks.secret} hint={b.hooks.secretHint}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="password"
              autoComplete="new-password"
              required
              value={secret}
              onChange={(e) => setSecret(e.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={add.isPending} disabled={!secret.trim()}>
          {b.hooks.add}
        </Button>
      </form>
      {add.error && <Notice look="danger">{describe(add.error, t)}</Notice>}
    </PageSection>
  );
}
