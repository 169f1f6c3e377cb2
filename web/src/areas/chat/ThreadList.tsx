import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { sidebar } from '@/app/sidebar';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { useLanguage, useText } from '@/text';
import type { Group } from './grouping';
import { groupThreads } from './grouping';
import { isLeaving } from './removing';
import { ThreadRow } from './ThreadRow';
import { useThreads } from './threads';
import './threads.css';

interface Props {
  query: string;
  archived: boolean;
  onShowArchived: (archived: boolean) => void;
}

function useGroupTitle(): (group: Group) => string {
  const t = useText();
  const language = useLanguage();
  return (group) =>
    group.kind === 'month' && group.at
      ? group.at.toLocaleDateString(language, { month: 'long', year: 'numeric' })
      : t.threads.groups[group.kind === 'month' ? 'week' : group.kind];
}

/** Conversations by day, as many as have been scrolled to. */
export function ThreadList({ query, archived, onShowArchived }: Props) {
  const t = useText();
  const title = useGroupTitle();
  const threads = useThreads({ archived, q: query });
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, fetchNextPage, isFetchingNextPage } = threads;

  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((e) => e.isIntersecting)) void fetchNextPage();
      },
      { rootMargin: '300px' },
    );
    seen.observe(element);
    return () => seen.disconnect();
  }, [hasNextPage, fetchNextPage, isFetchingNextPage]);

  const all = (threads.data?.pages.flatMap((p) => p.data) ?? []).filter((x) => !isLeaving(x.id));
  const groups = groupThreads(all, new Date());

  const move = (event: React.KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.thread-link')];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    links[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
  };

  return (
    <nav className="threads" aria-label={t.threads.label} onKeyDown={move}>
      {archived && (
        <p className="threads-view">
          {t.threads.archivedTitle}
          <Button look="quiet" small onClick={() => onShowArchived(false)}>
            {t.threads.back}
          </Button>
        </p>
      )}
      {threads.isPending && (
        <div className="threads-bones">
          <Bones lines={7} height={18} />
        </div>
      )}
      {threads.error && <LoadError error={threads.error} onRetry={() => void threads.refetch()} />}
      {threads.isSuccess && all.length === 0 && (
        <p className="threads-empty">
          {query ? t.threads.noMatch(query) : archived ? t.threads.noArchived : t.threads.empty}
        </p>
      )}
      {query && (
        <Link
          to="/search"
          search={{ q: query }}
          className="threads-everything"
          onClick={() => sidebar.closeDrawer()}
        >
          <Icon name="search" size={16} />
          {t.threads.searchAll(query)}
        </Link>
      )}
      {groups.map((group) => (
        <section key={group.key} aria-label={title(group)}>
          <h2>{title(group)}</h2>
          <ul>
            {group.threads.map((thread) => (
              <ThreadRow key={thread.id} thread={thread} />
            ))}
          </ul>
        </section>
      ))}
      <div ref={end} />
      {isFetchingNextPage && (
        <div className="threads-bones">
          <Bones lines={2} height={18} />
        </div>
      )}
      {!archived && !query && threads.isSuccess && (
        <Button look="quiet" small icon="archive" onClick={() => onShowArchived(true)}>
          {t.threads.showArchived}
        </Button>
      )}
    </nav>
  );
}
