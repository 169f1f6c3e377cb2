import { useEffect, useRef, useState } from 'react';
import type { Provider } from '@/api/contract';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { KeyForm } from './KeyForm';
import { KeyRow } from './KeyRow';

function Mark({ provider }: { provider: Provider }) {
  const local = provider.kind !== 'cloud';
  return (
    <span className="provider-mark" aria-hidden="true">
      {local ? <Icon name="server" size={17} /> : provider.name.slice(0, 1)}
    </span>
  );
}

/** A provider: whether it can be used, with which keys, and where to get one. */
export function ProviderCard({ provider }: { provider: Provider }) {
  const t = useText();
  const ref = useRef<HTMLLIElement>(null);
  const asked = location.hash === `#${provider.provider}`;
  const [adding, setAdding] = useState(asked && provider.keys.length === 0);
  useEffect(() => {
    if (asked) ref.current?.scrollIntoView({ block: 'center' });
  }, [asked]);

  const { kind, keys, detected } = provider;
  const usable = kind === 'builtin' || detected || keys.some((k) => k.is_valid);
  const local = kind === 'local';
  return (
    <li ref={ref} className="provider" id={provider.provider}>
      <div className="provider-head">
        <Mark provider={provider} />
        <div className="row-words">
          <strong>{provider.name}</strong>
          {kind === 'builtin' && <span>{t.keysPage.builtin}</span>}
        </div>
        {usable ? (
          <span className="chip chip-good">
            {local && detected ? t.keysPage.found : t.keysPage.ready}
          </span>
        ) : (
          <span className="chip">{local ? t.keysPage.notFound : t.keysPage.noKey}</span>
        )}
        {kind !== 'builtin' && !adding && (
          <Button
            small
            icon={keys.length > 0 ? undefined : 'plus'}
            aria-label={`${keys.length > 0 ? t.keysPage.replace : provider.needs_key ? t.keysPage.add : t.keysPage.connect}: ${provider.name}`}
            onClick={() => setAdding(true)}
          >
            {keys.length > 0
              ? t.keysPage.replace
              : provider.needs_key
                ? t.keysPage.add
                : t.keysPage.connect}
          </Button>
        )}
      </div>
      {keys.map((key) => (
        <KeyRow key={key.scope} provider={provider} held={key} />
      ))}
      {adding && <KeyForm provider={provider} onClose={() => setAdding(false)} />}
    </li>
  );
}
