import { useFilesText } from '@/text/files';
import type { Message } from '@/api/contract';
import type { Source } from '../contract';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import { showPassage } from './Cite';
import './citations.css';
import { citedIn } from './parse';
import { sourcesOf } from './sources';

/** The sources that an answer cites: each file once, with the pages to open it at. */
export function SourceRow({ message }: { message: Message }) {
  const t = useFilesText();
  const sources = sourcesOf(message.metadata);
  if (!sources) return null;
  const cited = citedIn(message.content, (n) => sources.has(n));
  const byFile = new Map<string, Source[]>();
  for (const source of cited.toSorted((a, b) => a - b).flatMap((n) => sources.get(n) ?? [])) {
    byFile.set(source.file_id, [...(byFile.get(source.file_id) ?? []), source]);
  }
  if (byFile.size === 0) return null;
  return (
    <section className="sources" aria-label={t.sources.title}>
      <h3>{t.sources.title}</h3>
      <ul>
        {[...byFile].map(([id, list]) => (
          <li key={id} className="source">
            <FileFace name={list[0]?.name ?? ''} type="" size="small" />
            <span className="source-name">{list[0]?.name}</span>
            {list.map((source) => (
              <FileLink
                key={source.n}
                fileId={id}
                page={source.page}
                className="source-page"
                onClick={() => showPassage(source)}
              >
                <span className="unseen">{source.name} </span>
                <b>{source.n}</b> {source.page !== null && t.sources.page(source.page)}
              </FileLink>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
