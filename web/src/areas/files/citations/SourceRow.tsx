import { useFilesText } from '@/text/files';
import type { Message } from '@/api/contract';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import { showPassage } from './Cite';
import { citedIn } from './parse';
import { sourcesOf } from './sources';

/** The sources that an answer cites, to be opened at their page. */
export function SourceRow({ message }: { message: Message }) {
  const t = useFilesText();
  const sources = sourcesOf(message.metadata);
  if (!sources) return null;
  const cited = citedIn(message.content, (n) => sources.has(n));
  const shown = cited.flatMap((n) => sources.get(n) ?? []);
  if (shown.length === 0) return null;
  return (
    <section className="sources" aria-label={t.sources.title}>
      <h3>{t.sources.title}</h3>
      <ul>
        {shown.map((source) => (
          <li key={source.n}>
            <FileLink
              fileId={source.file_id}
              page={source.page}
              className="source"
              label={t.sources.source(source.n, source.name, source.page)}
              onClick={() => showPassage(source)}
            >
              <span className="source-n">{source.n}</span>
              <FileFace name={source.name} type="" size="small" />
              <span className="source-name">{source.name}</span>
              {source.page !== null && <small>{t.sources.page(source.page)}</small>}
            </FileLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
