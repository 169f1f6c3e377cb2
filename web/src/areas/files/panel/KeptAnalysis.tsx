import { Markdown } from '@/areas/chat/markdown/Markdown';
import { shortName } from '@/areas/models/models';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useFilesText } from '@/text/files';
import { ago } from '@/text/numbers';
import { SourcesContext, sourcesOf } from '../citations/sources';
import type { Analysis } from '../contract';
import { Ring } from '../Ring';
import { deleteAnalysis } from './analysing';

interface Props {
  fileId: string;
  analysis: Analysis;
  locked: boolean;
  onAgain: () => void;
  onStop: () => void;
}

/** An answer that is kept with the file. */
export function KeptAnalysis({ fileId, analysis, locked, onAgain, onStop }: Props) {
  const t = useText();
  const f = useFilesText();
  const { id, prompt, text, status, model, author, created_at } = analysis;
  const running = status === 'streaming';
  const ending = {
    stopped: f.ask.stopped,
    interrupted: f.ask.interrupted,
    failed: analysis.error?.error ?? f.ask.failed,
    unreadable: t.chat.unreadable,
    streaming: null,
    complete: null,
  }[status];
  const facts = [author?.full_name, model ? shortName(model) : null, ago(created_at)];
  const remove = () =>
    void deleteAnalysis(fileId, id).then(
      () => toast(f.ask.removed),
      (error: unknown) => toast(describe(error, t)),
    );
  return (
    <article className="analysis" aria-busy={running}>
      <h3>{prompt ?? f.ask.whole}</h3>
      {text && (
        <SourcesContext value={sourcesOf(analysis)}>
          <Markdown text={text} live={running} />
        </SourcesContext>
      )}
      {running && !text && (
        <p className="file-working">
          <Ring value={null} />
          {f.ask.working}
        </p>
      )}
      {ending && <p className="file-hint">{ending}</p>}
      <footer>
        {running ? (
          <Button small look="quiet" icon="stop" onClick={onStop}>
            {f.ask.stop}
          </Button>
        ) : (
          <>
            {text && <CopyButton text={() => text} label={t.chat.copyAnswer} />}
            <IconButton
              small
              icon="refresh"
              label={f.ask.again}
              disabled={locked}
              onClick={onAgain}
            />
            <IconButton small icon="trash" label={f.ask.remove} onClick={remove} />
          </>
        )}
        <span className="facts tabular">{facts.filter(Boolean).join(' · ')}</span>
      </footer>
    </article>
  );
}
