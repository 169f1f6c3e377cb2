import { useNavigate } from '@tanstack/react-router';
import type { Model } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { tokenCount, usd } from '@/text/numbers';

interface Props {
  model: Model;
  chosen: boolean;
  onChoose: (model: string) => void;
}

/** A model with what it costs, what it holds, what it can do and whose key it would use. */
export function ModelRow({ model, chosen, onChoose }: Props) {
  const t = useText();
  const navigate = useNavigate();
  const facts: string[] = [];
  if (model.key_scope === 'local') facts.push(t.models.free);
  else if (model.price_in !== null && model.price_out !== null && !model.demonstration) {
    facts.push(t.models.price(usd(model.price_in), usd(model.price_out)));
  }
  if (model.context) facts.push(t.models.context(tokenCount(model.context)));
  const source = model.demonstration ? 'demonstration' : model.key_scope;
  return (
    <button
      type="button"
      className="model-row"
      data-row
      data-off={!model.available || undefined}
      aria-pressed={chosen}
      onClick={() => {
        if (model.available) onChoose(model.id);
        else void navigate({ to: '/keys', hash: model.provider });
      }}
    >
      <span className="model-name">
        {model.name} {chosen && <Icon name="check" size={15} />}
        {model.capabilities
          .filter((c) => c in t.models.capabilities)
          .map((c) => (
            <span key={c} className="chip">
              {t.models.capabilities[c]}
            </span>
          ))}
      </span>
      <span className="model-facts tabular">{facts.join(' · ')}</span>
      <span className="model-key">
        {model.available ? (source ? t.models.keys[source] : '') : t.models.addKey}
      </span>
    </button>
  );
}
