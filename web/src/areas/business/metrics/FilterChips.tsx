import { Icon } from '@/components/Icon';
import { useBusinessText } from '../text';
import type { Filter } from '../types';

interface Props {
  filters: Filter[];
  name: (dimension: string) => string;
  onRemove: (filter: Filter) => void;
}

/** What the numbers are limited to; each goes at a press. */
export function FilterChips({ filters, name, onRemove }: Props) {
  const b = useBusinessText();
  return filters.map((f) => {
    const words = `${name(f.dimension)} ${f.not ? '≠' : '='} ${f.values.join(', ')}`;
    return (
      <button
        key={f.dimension}
        type="button"
        className="bchip"
        aria-label={b.metrics.removeFilter(words)}
        onClick={() => onRemove(f)}
      >
        <span className="bchip-words">{words}</span>
        <Icon name="close" size={13} />
      </button>
    );
  });
}
