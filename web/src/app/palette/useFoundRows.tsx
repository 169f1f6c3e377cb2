import { useMemo } from 'react';
import { useMe } from '@/areas/identity/session';
import { byKind, foldFiles } from '@/areas/search/groups';
import { HitFace } from '@/areas/search/HitFace';
import { hitWords } from '@/areas/search/hitWords';
import { Marked } from '@/areas/search/Marked';
import { fromFirstMark } from '@/areas/search/marks';
import { pieces, saysSomething, wordsOf } from '@/areas/search/grammar';
import { useSearching } from '@/areas/search/searching';
import { knownThreads, titled, titleHit } from '@/areas/search/titles';
import { remember } from '@/areas/search/recent';
import { useOpenHit } from '@/areas/search/useOpen';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { ago } from '@/text/numbers';
import type { Hit } from '@/areas/search/contract';
import { useSlowly } from '../useSlowly';
import type { Row } from './row';
import { useSearchText } from '@/areas/search/text';

const REST_MS = 120;
const LIMIT = 20;
const MOST = { thread: 5, message: 6, file: 4 };

function useRowOf(asked: string): (hit: Hit) => Row {
  const t = useText();
  const s = useSearchText();
  const me = useMe().user.id;
  const open = useOpenHit();
  return useMemo(
    () =>
      (hit: Hit): Row => {
        const words = hitWords(hit, me, s, t.chat.untitled);
        const { who, where, snippet } = words;
        return {
          id: `${hit.kind}:${hit.id}:${hit.page ?? ''}`,
          group: s.kinds[hit.kind === 'record' ? 'file' : hit.kind],
          face: <HitFace hit={hit} size={24} />,
          label: <Marked {...fromFirstMark(words.title, words.titleMarks)} />,
          detail: (who || snippet || where) && (
            <>
              {[who, where].filter(Boolean).join(' · ')}
              {who && snippet && ' · '}
              {snippet && <Marked {...fromFirstMark(snippet, words.snippetMarks)} />}
            </>
          ),
          aside: ago(hit.created_at),
          run: () => {
            remember(asked);
            open(hit);
          },
        };
      },
    [s, t, me, open, asked],
  );
}

/** What fits the words: chats that are known by their title at once, the rest as soon as the server has it. */
export function useFoundRows(text: string) {
  const asked = useSlowly(text.trim(), REST_MS);
  const rowOf = useRowOf(asked);
  const searching = useSearching({ q: asked, limit: LIMIT });
  const wanted = saysSomething(text);
  const found = wanted ? searching.data : undefined;

  const rows = useMemo(() => {
    if (!wanted) return [];
    const plain = pieces(text).every((p) => p.operator === null);
    const near = plain ? titled(knownThreads(), wordsOf(text)).map(titleHit) : [];
    const near5 = near.slice(0, MOST.thread);
    const ids = new Set(near5.map((hit) => hit.id));
    const kinds = byKind(foldFiles(found?.hits ?? []));
    const threads = kinds.thread.filter((hit) => !ids.has(hit.thread_id ?? hit.id));
    return [
      ...[...near5, ...threads].slice(0, MOST.thread),
      ...kinds.message.slice(0, MOST.message),
      ...kinds.file.slice(0, MOST.file),
    ].map(rowOf);
  }, [wanted, text, found, rowOf]);

  const due = asked !== text.trim();
  return {
    rows,
    found: rows.length,
    wanted,
    /** Something newer is on the way. */
    busy: wanted && (due || searching.isFetching),
    /** Nothing has come yet. */
    first: wanted && !found && !searching.error,
    error: wanted && !due ? searching.error : null,
    degraded: found?.degraded ?? null,
  };
}

/** Chats to go back to, where nothing is asked for. */
export function useLatelyRows(): Row[] {
  const t = useText();
  const s = useSearchText();
  const open = useOpenHit();
  return knownThreads()
    .slice(0, 5)
    .map((thread) => ({
      id: `lately:${thread.id}`,
      group: s.lately,
      face: <Icon name="chat" size={17} />,
      label: thread.title ?? t.chat.untitled,
      aside: ago(thread.last_message_at),
      run: () => open(titleHit({ thread, marks: [] })),
    }));
}
