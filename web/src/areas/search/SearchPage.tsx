import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import { useSlowly } from '@/app/useSlowly';
import { isFailure } from '@/api/failure';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { useConnection } from '@/live/connection';
import { MOST_HITS } from './contract';
import type { Wanted } from './Filters';
import { Filters } from './Filters';
import { saysSomething } from './grammar';
import { NothingFound } from './NothingFound';
import { OfflineTitles } from './OfflineTitles';
import { loadRecent, remember } from './recent';
import { Results } from './Results';
import './search.css';
import { SearchBox } from './SearchBox';
import { SearchStart } from './SearchStart';
import { useSearching } from './searching';
import { useSearchText } from './text';

const REST_MS = 160;
const FIRST = 20;

/** Everything that was found, and all the ways to narrow it down. What is asked for stands in the address. */
export function SearchPage() {
  const s = useSearchText();
  const navigate = useNavigate();
  const address = useSearch({ from: '/inside/search' });
  const [text, setText] = useState(address.q ?? '');
  const [grouped, setGrouped] = useState(false);
  const [limit, setLimit] = useState(FIRST);
  const offline = useConnection() === 'offline';
  const wanted: Wanted = {
    q: text.trim(),
    place: address.in ?? null,
    mode: address.mode ?? 'hybrid',
  };
  const q = useSlowly(wanted.q, REST_MS);
  const place = wanted.place ?? undefined;
  const searching = useSearching({ q, mode: wanted.mode, in: place, limit });
  const asks = saysSomething(wanted.q);

  useEffect(() => void loadRecent(), []);

  // Somebody opened another search from the palette while this page was open.
  const [shown, setShown] = useState(address.q ?? '');
  if (shown !== (address.q ?? '')) {
    setShown(address.q ?? '');
    if ((address.q ?? '') !== wanted.q) setText(address.q ?? '');
  }

  const change = (next: Partial<Wanted>) => {
    if (next.q !== undefined) setText(next.q);
    setLimit(FIRST);
    const all = { ...wanted, ...next };
    void navigate({
      to: '/search',
      search: {
        q: all.q || undefined,
        in: all.place ?? undefined,
        mode: all.mode === 'hybrid' ? undefined : all.mode,
      },
      replace: true,
    });
  };

  // The address follows what is typed once it rests, so that going back leads here again.
  useEffect(() => {
    if (q === (address.q ?? '')) return;
    setShown(q);
    void navigate({
      to: '/search',
      search: (before) => ({ ...before, q: q || undefined }),
      replace: true,
    });
    // Only when what is asked for changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [q]);

  const found = asks ? searching.data : undefined;
  const hits = found?.hits ?? [];
  const cut = offline || (isFailure(searching.error) && searching.error.status === 0);
  const more = useCallback(() => setLimit(MOST_HITS), []);
  const mayHaveMore = limit < MOST_HITS && hits.length >= FIRST && !searching.isFetching;

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const here = document.activeElement;
    const field = event.currentTarget.querySelector<HTMLElement>('.search-box input');
    if (here !== field && !here?.closest('.hit')) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.hit a')];
    const at = links.indexOf(here as HTMLElement);
    event.preventDefault();
    if (event.key === 'ArrowDown') links[at + 1]?.focus();
    else (links[at - 1] ?? field)?.focus();
  };

  return (
    <div onKeyDown={onKeyDown}>
      <PageFrame title={s.title}>
        <div className="search-page">
          <SearchBox
            text={text}
            busy={asks && searching.isFetching}
            onChange={(next) => {
              setText(next);
              setLimit(FIRST);
            }}
            onSubmit={() => {
              if (asks) remember(wanted.q);
            }}
          />
          {asks && <Filters wanted={wanted} onChange={change} />}
          {!asks && <SearchStart onWrite={(words) => change({ q: words })} />}
          {asks && cut && <OfflineTitles q={wanted.q} />}
          {asks && !cut && (
            <>
              <div className="search-state">
                <p role="status" className={hits.length === 0 ? 'unseen' : undefined}>
                  {found && !searching.isPlaceholderData && (
                    <>
                      {mayHaveMore ? s.atLeast(hits.length) : s.results(hits.length)}{' '}
                      <span className="search-took tabular">{s.took(found.took_ms)}</span>
                    </>
                  )}
                </p>
                {hits.length > 1 && (
                  <label className="search-grouped">
                    <input
                      type="checkbox"
                      checked={grouped}
                      onChange={(event) => setGrouped(event.target.checked)}
                    />
                    {s.filters.grouped}
                  </label>
                )}
              </div>
              {found?.degraded && (
                <Notice look="warn" icon="info">
                  {s.degraded}
                </Notice>
              )}
              {searching.error && !found && (
                <LoadError error={searching.error} onRetry={() => void searching.refetch()} />
              )}
              {searching.isPending && <Bones lines={6} height={40} />}
              {found && hits.length === 0 && !searching.isPlaceholderData && (
                <NothingFound wanted={wanted} onChange={change} />
              )}
              <Results
                hits={hits}
                grouped={grouped}
                onMore={mayHaveMore ? more : null}
                onOpen={() => remember(wanted.q)}
              />
            </>
          )}
        </div>
      </PageFrame>
    </div>
  );
}
