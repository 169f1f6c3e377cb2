import { useCallback, useEffect, useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import { MOST_HITS } from './contract';
import { Filters } from './Filters';
import { Findings } from './Findings';
import { saysSomething } from './grammar';
import { loadRecent, remember } from './recent';
import './search.css';
import { SearchBox } from './SearchBox';
import { SearchStart } from './SearchStart';
import { useSearching } from './searching';
import { useSearchText } from './text';
import { useWanted } from './useWanted';

const FIRST = 20;

/** The arrows lead from the field through what was found. */
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const here = document.activeElement;
  const field = event.currentTarget.querySelector<HTMLElement>('.search-box input');
  if (here !== field && !here?.closest('.hit')) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.hit a')];
  const at = links.indexOf(here as HTMLElement);
  event.preventDefault();
  if (event.key === 'ArrowDown') links[at + 1]?.focus();
  else (links[at - 1] ?? field)?.focus();
}

/** Everything that was found, and all the ways to narrow it down. What is asked for stands in the address. */
export function SearchPage() {
  const s = useSearchText();
  const { text, setText, wanted, rested, change } = useWanted();
  const { mode, place } = wanted;
  const [limit, setLimit] = useState(FIRST);
  const searching = useSearching({ q: rested, mode, in: place ?? undefined, limit });
  const asks = saysSomething(wanted.q);
  const more = useCallback(() => setLimit(MOST_HITS), []);
  useEffect(() => void loadRecent(), []);
  // Another search begins with its best.
  useEffect(() => setLimit(FIRST), [rested, mode, place]);

  return (
    <div onKeyDown={walk}>
      <PageFrame title={s.title}>
        <div className="search-page">
          <SearchBox
            text={text}
            busy={asks && searching.isFetching}
            onChange={setText}
            onSubmit={() => {
              if (asks) remember(wanted.q);
            }}
          />
          {asks ? (
            <>
              <Filters wanted={wanted} onChange={change} />
              <Findings
                wanted={wanted}
                searching={searching}
                limit={limit}
                onMore={more}
                onChange={change}
              />
            </>
          ) : (
            <SearchStart onWrite={(words) => change({ q: words })} />
          )}
        </div>
      </PageFrame>
    </div>
  );
}
