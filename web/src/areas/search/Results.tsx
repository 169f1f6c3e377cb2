import { useEffect, useRef } from 'react';
import { Link } from '@tanstack/react-router';
import { useText } from '@/text';
import type { Hit } from './contract';
import { MOST_HITS } from './contract';
import { byThread } from './groups';
import { HitRow } from './HitRow';
import { useOpenHit } from './useOpen';
import { useSearchText } from './text';

interface Props {
  hits: Hit[];
  grouped: boolean;
  /** There may be more than these, and a way to have them. */
  onMore: (() => void) | null;
  onOpen: () => void;
}

export function Results({ hits, grouped, onMore, onOpen }: Props) {
  const t = useText();
  const s = useSearchText();
  const open = useOpenHit();
  const end = useRef<HTMLDivElement>(null);
  const choose = (hit: Hit) => {
    onOpen();
    open(hit);
  };

  useEffect(() => {
    const element = end.current;
    if (!element || !onMore) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((e) => e.isIntersecting)) onMore();
      },
      { rootMargin: '400px' },
    );
    seen.observe(element);
    return () => seen.disconnect();
  }, [onMore]);

  const list = (some: Hit[], within: boolean) => (
    <ul className="hits">
      {some.map((hit) => (
        <HitRow
          key={`${hit.kind}:${hit.id}:${hit.page ?? ''}`}
          hit={hit}
          within={within}
          onOpen={choose}
        />
      ))}
    </ul>
  );
  return (
    <>
      {grouped
        ? byThread(hits).map((group) => (
            <section key={group.threadId ?? ''} className="hit-group">
              <h2>
                {group.threadId ? (
                  <Link to="/c/$threadId" params={{ threadId: group.threadId }}>
                    {group.title ?? t.chat.untitled}
                  </Link>
                ) : (
                  s.noThread
                )}
                <span className="chip tabular">{group.hits.length}</span>
              </h2>
              {list(group.hits, true)}
            </section>
          ))
        : list(hits, false)}
      <div ref={end} />
      {hits.length >= MOST_HITS && <p className="quiet hits-most">{s.most(hits.length)}</p>}
    </>
  );
}
