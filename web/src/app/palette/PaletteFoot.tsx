import { OPERATORS } from '@/areas/search/grammar';
import { useSearchText } from '@/areas/search/text';

interface Props {
  hints: boolean;
  degraded: boolean;
  onWrite: (words: string) => void;
}

/** Ways to narrow a search down; while one runs, what the keys do. */
export function PaletteFoot({ hints, degraded, onWrite }: Props) {
  const s = useSearchText();
  if (hints) {
    return (
      <div className="palette-foot" role="group" aria-label={s.help}>
        {OPERATORS.map((operator) => (
          <button
            key={operator}
            type="button"
            className="hint-chip"
            title={s.operators[operator]}
            onClick={() => onWrite(`${operator}:`)}
          >
            {operator}:
          </button>
        ))}
        <button
          type="button"
          className="hint-chip"
          title={s.operators.phrase}
          onClick={() => onWrite('"')}
        >
          {s.signs.phrase}
        </button>
        <span className="hint-chip" title={s.operators.prefix}>
          {s.signs.prefix}
        </span>
      </div>
    );
  }
  return (
    <div className="palette-foot" aria-hidden={!degraded || undefined}>
      {degraded ? (
        <span className="palette-degraded">{s.degraded}</span>
      ) : (
        <>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> {s.keys.move}
          </span>
          <span>
            <kbd>↵</kbd> {s.keys.open}
          </span>
          <span>
            <kbd>Ctrl ↵</kbd> {s.keys.all}
          </span>
        </>
      )}
    </div>
  );
}
