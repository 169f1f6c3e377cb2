import { useNavigate } from '@tanstack/react-router';
import { useText } from '@/text';
import type { ProviderGroup } from './models';
import { providerName } from './providerNames';

/** A provider without a key: one line for all its models, and the way to open them. */
export function LockedProvider({ group }: { group: ProviderGroup }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <button
      type="button"
      className="model-row"
      data-row
      data-off
      onClick={() => void navigate({ to: '/keys', hash: group.provider })}
    >
      <span className="model-name">{providerName(group.provider)}</span>
      <span className="model-facts">{t.models.locked(group.models.length)}</span>
      <span className="model-key">{t.models.addKey}</span>
    </button>
  );
}
