import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { Bones } from '@/components/Bones';
import { CopyButton } from '@/components/CopyButton';
import { LoadError } from '@/components/LoadError';
import { useFilesText } from '@/text/files';
import type { FileOut, FilePage } from '../contract';
import { kindOf } from '../kinds';
import { useNear } from '../useNear';
import { isUnfinished } from '../useFile';
import { findPassage } from './marking';

interface Props {
  file: FileOut;
  page: number | null;
  cited: string | null;
}

const FEW = 20;
const MANY = 200;

/** What was read from a file, page by page; a cited passage stands out. */
export function TextTab({ file, page, cited }: Props) {
  const t = useFilesText();
  const body = useRef<HTMLOListElement>(null);
  const list = useInfiniteQuery({
    queryKey: keys.filePages(file.id),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.page<FilePage>(
        `/files/${file.id}/pages`,
        // On the way to a far page larger steps are taken.
        { cursor: pageParam, limit: page !== null && page > FEW ? MANY : FEW },
        signal,
      ),
    getNextPageParam: (last) => last.next,
    enabled: file.status === 'ready' || (file.text_chars ?? 0) > 0,
    staleTime: 5 * 60_000,
  });
  const pages = list.data?.pages.flatMap((p) => p.data) ?? [];
  const last = pages.at(-1)?.page ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const reached = page === null || last >= page;

  useEffect(() => {
    if (!reached && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [reached, hasNextPage, isFetchingNextPage, fetchNextPage, last]);

  const found = pages.length > 0 && reached;
  useEffect(() => {
    if (!found || page === null) return;
    const here = body.current?.querySelector(`[data-page="${page}"]`);
    const target = here?.querySelector('mark') ?? here;
    const show = () => target?.scrollIntoView({ block: here === target ? 'start' : 'center' });
    show();
    // Once more when the pages before it have their true height.
    const frame = requestAnimationFrame(show);
    return () => cancelAnimationFrame(frame);
  }, [found, page, cited]);

  const end = useNear(() => void fetchNextPage(), hasNextPage && !isFetchingNextPage);
  const step = file.steps.find((s) => s.name === 'text');

  if (isUnfinished(file.status) && pages.length === 0) {
    return <p className="file-hint">{t.text.coming}</p>;
  }
  if (list.error) return <LoadError error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Bones lines={8} />;
  if (pages.length === 0) {
    return (
      <div className="empty">
        <p>{step?.state === 'failed' ? (step.note ?? t.text.failed) : t.text.none}</p>
      </div>
    );
  }
  const kind = kindOf(file.type, file.name);
  const several = (file.pages ?? pages.length) > 1;
  return (
    <>
      <ol
        className="file-text"
        ref={body}
        data-look={kind === 'code' || kind === 'sheet' ? 'code' : undefined}
      >
        {pages.map((one) => (
          <li key={one.page} data-page={one.page}>
            <div className="file-text-head">
              <h3>{several ? t.page(one.page) : ''}</h3>
              <CopyButton text={() => one.text} label={t.text.copy} />
            </div>
            {one.text.trim() ? (
              <Words text={one.text} cited={one.page === page ? cited : null} />
            ) : (
              <p className="muted">{t.text.empty}</p>
            )}
          </li>
        ))}
      </ol>
      <div ref={end}>{hasNextPage && <Bones lines={3} />}</div>
    </>
  );
}

function Words({ text, cited }: { text: string; cited: string | null }) {
  const place = cited ? findPassage(text, cited) : null;
  if (!place) return <p className="file-words">{text}</p>;
  const [from, to] = place;
  return (
    <p className="file-words">
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </p>
  );
}
