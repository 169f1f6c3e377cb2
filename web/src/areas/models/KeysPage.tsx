import { PageFrame } from '@/app/PageFrame';
import { PageSection } from '@/app/PageSection';
import type { Provider } from '@/api/contract';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { useText } from '@/text';
import './keys.css';
import { ProviderCard } from './ProviderCard';
import { useProviders } from './providers';

/** Cloud providers in the order they are tried; local servers that run come first among theirs. */
function sorted(list: Provider[], kinds: Provider['kind'][]): Provider[] {
  const of = (p: Provider) => (p.detected || p.keys.length > 0 ? 0 : 1);
  const fitting = list.filter((p) => kinds.includes(p.kind)).toSorted((a, b) => a.order - b.order);
  return kinds.includes('local') ? fitting.toSorted((a, b) => of(a) - of(b)) : fitting;
}

export function KeysPage() {
  const t = useText();
  const providers = useProviders();
  const list = providers.data ?? [];
  return (
    <PageFrame title={t.keysPage.title} lead={t.keysPage.lead}>
      {providers.isPending && <Bones lines={6} height={48} />}
      {providers.error && (
        <LoadError error={providers.error} onRetry={() => void providers.refetch()} />
      )}
      {providers.data && (
        <>
          <PageSection title={t.keysPage.cloud}>
            <ul className="providers">
              {sorted(list, ['cloud']).map((p) => (
                <ProviderCard key={p.provider} provider={p} />
              ))}
            </ul>
          </PageSection>
          <PageSection title={t.keysPage.local}>
            <ul className="providers">
              {sorted(list, ['local', 'custom', 'builtin']).map((p) => (
                <ProviderCard key={p.provider} provider={p} />
              ))}
            </ul>
          </PageSection>
        </>
      )}
    </PageFrame>
  );
}
