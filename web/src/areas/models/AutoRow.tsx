import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import type { AutoKind } from './models';

interface Props {
  kind: AutoKind;
  chosen: boolean;
  onChoose: (model: string) => void;
}

export function AutoRow({ kind, chosen, onChoose }: Props) {
  const t = useText();
  const { name, hint } = t.models.auto[kind];
  return (
    <button
      type="button"
      className="model-row"
      data-row
      aria-pressed={chosen}
      onClick={() => onChoose(kind)}
    >
      <span className="model-name">
        {name} {chosen && <Icon name="check" size={15} />}
      </span>
      <span className="model-facts">{hint}</span>
    </button>
  );
}
