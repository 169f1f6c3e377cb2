import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { Wanted } from './Filters';
import { pieces, wordsOf } from './grammar';
import { useSearchText } from './text';

interface Props {
  wanted: Wanted;
  onChange: (change: Partial<Wanted>) => void;
}

export function NothingFound({ wanted, onChange }: Props) {
  const s = useSearchText();
  const { q, place, mode } = wanted;
  const words = wordsOf(q);
  const filtered = place !== null || pieces(q).some((p) => p.operator !== null);
  return (
    <div className="empty">
      <Icon name="search" size={28} />
      <h2>{s.none(q)}</h2>
      <ul className="none-tips">
        {s.noneTips.map((tip) => (
          <li key={tip}>{tip}</li>
        ))}
      </ul>
      <div className="none-ways">
        {filtered && words !== '' && (
          <Button onClick={() => onChange({ q: words, place: null })}>{s.withoutFilters}</Button>
        )}
        {mode === 'keyword' && (
          <Button onClick={() => onChange({ mode: 'semantic' })}>{s.byMeaning}</Button>
        )}
        {mode === 'semantic' && (
          <Button onClick={() => onChange({ mode: 'hybrid' })}>{s.byBest}</Button>
        )}
      </div>
    </div>
  );
}
