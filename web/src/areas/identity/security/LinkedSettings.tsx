import { PageSection } from '@/app/PageSection';
import type { Security } from '@/api/contract';
import { ago } from '@/text/numbers';
import { useSignInWords } from '../words';

/** Accounts elsewhere with which the person signs in here. */
export function LinkedSettings({ security }: { security: Security }) {
  const w = useSignInWords();
  return (
    <PageSection title={w.linked} hint={security.identities.length > 0 ? w.linkedHint : undefined}>
      {security.identities.length === 0 && <p className="quiet">{w.linkedNone}</p>}
      <ul className="rows">
        {security.identities.map((linked) => (
          <li key={`${linked.provider} ${linked.email}`}>
            <div className="row-words">
              <strong>{linked.provider}</strong>
              <span>{[linked.email, w.linkedSince(ago(linked.linked_at))].join(' · ')}</span>
            </div>
          </li>
        ))}
      </ul>
    </PageSection>
  );
}
