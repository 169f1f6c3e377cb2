import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useCell } from '@/live/cell';
import { forget, forgetAll, recent } from './recent';
import { useSearchText } from './text';

/** Before anything is asked for: what was lately, and ways to ask. */
export function SearchStart({ onWrite }: { onWrite: (q: string) => void }) {
  const s = useSearchText();
  const searches = useCell(recent);
  const tips = Object.keys(s.tips) as (keyof typeof s.tips)[];
  return (
    <div className="search-start">
      {searches.length > 0 && (
        <section aria-labelledby="recent-title">
          <div className="search-start-head">
            <h2 id="recent-title">{s.recent}</h2>
            <span>{s.recentHint}</span>
            <Button look="quiet" small onClick={forgetAll}>
              {s.forgetAll}
            </Button>
          </div>
          <ul className="recents">
            {searches.map((q) => (
              <li key={q}>
                <button type="button" className="recent" onClick={() => onWrite(q)}>
                  <Icon name="clock" size={16} />
                  <span>{q}</span>
                </button>
                <IconButton small icon="close" label={s.forget(q)} onClick={() => forget(q)} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="tips-title">
        <div className="search-start-head">
          <h2 id="tips-title">{s.tipsTitle}</h2>
        </div>
        <dl className="tips">
          {tips.map((tip) => (
            <div key={tip}>
              <dt>
                <button type="button" className="hint-chip" onClick={() => onWrite(s.tips[tip])}>
                  {s.tips[tip]}
                </button>
              </dt>
              <dd>{s.operators[tip]}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
