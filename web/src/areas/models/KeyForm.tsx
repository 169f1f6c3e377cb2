import { useState } from 'react';
import type { KeyScope, Provider } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { canManage, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { Notice } from '@/components/Notice';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useSaveKey } from './providers';

/** Takes a key, has it checked with the provider, and keeps it only if it works. */
export function KeyForm({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const t = useText();
  const me = useMe();
  const [key, setKey] = useState('');
  const [url, setUrl] = useState(provider.keys[0]?.base_url ?? '');
  const [scope, setScope] = useState<KeyScope>('user');
  const save = useSaveKey(provider.provider);
  const failure = isFailure(save.error) ? save.error : null;
  const refused = failure?.code === 'INVALID_PROVIDER_KEY';
  const needsUrl = provider.kind === 'custom';

  return (
    <form
      className="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { key: key.trim(), base_url: url.trim() || null, scope },
          {
            onSuccess: (answer) => {
              toast(answer.is_valid ? t.keysPage.works : t.keysPage.unchecked);
              onClose();
            },
          },
        );
      }}
    >
      {provider.base_url_editable && (
        <Field
          label={t.keysPage.baseUrl}
          hint={t.keysPage.baseUrlHint}
          error={failure?.field('base_url')}
        >
          {(props) => (
            <input
              {...props}
              className="input"
              type="url"
              placeholder={provider.default_base_url ?? 'http://192.168.1.20:8000/v1'}
              required={needsUrl}
              autoFocus={!provider.needs_key}
              value={url}
              onChange={(e) => setUrl(e.target.value)}
            />
          )}
        </Field>
      )}
      <Field
        label={provider.needs_key ? t.keysPage.key : t.keysPage.keyOptional}
        error={failure?.field('key')}
      >
        {(props) => (
          <input
            {...props}
            className="input key-input"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required={provider.needs_key}
            autoFocus={provider.needs_key}
            value={key}
            onChange={(e) => setKey(e.target.value)}
          />
        )}
      </Field>
      {canManage(me) && (
        <div className="field">
          <span className="field-label">{t.keysPage.scopeLabel}</span>
          <Segments
            label={t.keysPage.scopeLabel}
            value={scope}
            onChange={setScope}
            options={[
              { value: 'user', label: t.keysPage.scopes.user },
              { value: 'workspace', label: t.keysPage.scopes.workspace },
            ]}
          />
        </div>
      )}
      {save.error && (
        <Notice look="danger">
          {refused ? t.keysPage.refused(provider.name) : describe(save.error, t)}
        </Notice>
      )}
      <div className="form-end">
        <Button type="submit" look="main" busy={save.isPending}>
          {save.isPending ? t.keysPage.checking : t.keysPage.checkAndSave}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {t.common.cancel}
        </Button>
        {provider.keys_url && (
          <a className="key-link" href={provider.keys_url} target="_blank" rel="noreferrer">
            {t.keysPage.getKey} <Icon name="out" size={14} />
          </a>
        )}
      </div>
    </form>
  );
}
