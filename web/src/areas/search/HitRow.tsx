import { useMe } from '@/areas/identity/session';
import { useText } from '@/text';
import { ago, dateTime } from '@/text/numbers';
import type { Hit } from './contract';
import { HitFace } from './HitFace';
import { hitPath } from './hitPath';
import { hitWords } from './hitWords';
import { Marked } from './Marked';
import { useSearchText } from './text';

interface Props {
  hit: Hit;
  /** Under the name of its chat, which need not be said again. */
  within?: boolean;
  onOpen: (hit: Hit) => void;
}

/** One thing that was found, and the way to the very place. */
export function HitRow({ hit, within, onOpen }: Props) {
  const t = useText();
  const s = useSearchText();
  const me = useMe().user.id;
  const { title, titleMarks, snippet, snippetMarks, who, where } = hitWords(
    hit,
    me,
    s,
    t.chat.untitled,
  );
  const message = hit.kind === 'message';
  return (
    <li className="hit" data-kind={hit.kind}>
      <a
        href={hitPath(hit)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          onOpen(hit);
        }}
      >
        <HitFace hit={hit} size={32} />
        <span className="hit-words">
          <span className="hit-head">
            <strong>{message ? who : <Marked text={title} marks={titleMarks} />}</strong>
            {message && where && !within && <span className="hit-where">{where}</span>}
            {!message && who && <span className="hit-where">{who}</span>}
            <time dateTime={hit.created_at} title={dateTime(hit.created_at)}>
              {ago(hit.created_at)}
            </time>
          </span>
          {message && (
            <span className="hit-snippet">
              <Marked text={title} marks={titleMarks} />
            </span>
          )}
          {!message && snippet && (
            <span className="hit-snippet">
              <Marked text={snippet} marks={snippetMarks} />
            </span>
          )}
          {hit.twins > 0 && <span className="hit-alike">{s.alike(hit.twins)}</span>}
        </span>
      </a>
    </li>
  );
}
