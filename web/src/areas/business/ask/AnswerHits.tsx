import { Link } from '@tanstack/react-router';
import { Icon } from '@/components/Icon';
import type { AskHit } from '../types';

/** What was found, each a way to it. */
export function AnswerHits({ hits }: { hits: AskHit[] }) {
  return (
    <ul className="bhits">
      {hits.slice(0, 8).map((hit) => {
        const words = (
          <>
            <Icon name={hit.kind === 'file' ? 'file' : hit.kind === 'record' ? 'rows' : 'chat'} />
            <span>
              <strong>{hit.title ?? hit.id}</strong>
              {hit.snippet && <small>{hit.snippet}</small>}
            </span>
          </>
        );
        return (
          <li key={`${hit.kind} ${hit.id}`}>
            {hit.kind === 'file' ? (
              <Link
                to="/files/$fileId"
                params={{ fileId: hit.file_id ?? hit.id }}
                search={hit.page ? { page: hit.page } : {}}
              >
                {words}
              </Link>
            ) : hit.kind === 'record' ? (
              <span className="bhit">{words}</span>
            ) : (
              <Link
                to="/c/$threadId"
                params={{ threadId: hit.thread_id ?? hit.id }}
                search={hit.kind === 'message' ? { m: hit.id } : {}}
              >
                {words}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
