import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { useConnection } from '@/live/connection';
import { MOST_HITS } from './contract';
import type { Wanted } from './Filters';
import { NothingFound } from './NothingFound';
import { OfflineTitles } from './OfflineTitles';
import { remember } from './recent';
import { Results } from './Results';
import type { useSearching } from './searching';
import { useSearchText } from './text';

interface Props {
  wanted: Wanted;
  searching: ReturnType<typeof useSearching>;
  /** So many were asked for. */
  limit: number;
  onMore: () => void;
  onChange: (change: Partial<Wanted>) => void;
}

/** What was found, or why there is nothing. */
export function Findings({ wanted, searching, limit, onMore, onChange }: Props) {
  const s = useSearchText();
  const [grouped, setGrouped] = useState(false);
  const offline = useConnection() === 'offline';
  const { data, error, isFetching, isPending, isPlaceholderData } = searching;
  const hits = data?.hits ?? [];
  const mayHaveMore = limit < MOST_HITS && hits.length >= limit && !isFetching;

  if (offline || (isFailure(error) && error.status === 0)) return <OfflineTitles q={wanted.q} />;
  if (error && !data) return <LoadError error={error} onRetry={() => void searching.refetch()} />;
  if (isPending) return <Bones lines={6} height={40} />;
  const none = hits.length === 0 && !isPlaceholderData;
  return (
    <>
      <div className="search-state" data-none={none || undefined}>
        <p role="status" className={none ? 'unseen' : undefined}>
          {data && !isPlaceholderData && (
            <>
              {mayHaveMore ? s.atLeast(hits.length) : s.results(hits.length)}{' '}
              <span className="search-took tabular">{s.took(data.took_ms)}</span>
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
      {data?.degraded && (
        <Notice look="warn" icon="info">
          {s.degraded}
        </Notice>
      )}
      {none && <NothingFound wanted={wanted} onChange={onChange} />}
      <Results
        hits={hits}
        grouped={grouped}
        onMore={mayHaveMore ? onMore : null}
        onOpen={() => remember(wanted.q)}
      />
    </>
  );
}
