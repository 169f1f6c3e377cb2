import { useState } from 'react';
import { Markdown } from '@/areas/chat/markdown/Markdown';
import { useMe } from '@/areas/identity/session';
import { useSettings } from '@/areas/identity/settings';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { Button } from '@/components/Button';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useFilesText } from '@/text/files';
import type { FileOut } from '../contract';
import { Ring } from '../Ring';
import { isUnfinished } from '../useFile';
import { useAnalyses, useAsking } from './analysing';
import { KeptAnalysis } from './KeptAnalysis';

const PRESETS = ['summarise', 'facts', 'translate'] as const;

/** Questions about one file; the answers stay with it. */
export function AskTab({ file }: { file: FileOut }) {
  const t = useText();
  const f = useFilesText();
  const me = useMe();
  const { default_model: preferred } = useSettings();
  const [text, setText] = useState('');
  const [model, setModel] = useState<string | null>(null);
  const list = useAnalyses(file.id);
  const { asked, ask, stop, forget } = useAsking(file.id);
  const chosen = model ?? preferred ?? me.workspace.default_model ?? 'auto';
  const running = asked !== null && asked.failure === null;
  const waits = isUnfinished(file.status);

  const begin = (prompt: string) => {
    if (running || waits || !prompt.trim()) return;
    setText('');
    void ask(prompt.trim(), chosen);
  };
  // What runs here is in the list too, once the server has it.
  const kept = (list.data ?? []).filter((a) => a.id !== asked?.answer.replyId);

  return (
    <div className="ask">
      <form
        className="ask-form"
        onSubmit={(event) => {
          event.preventDefault();
          begin(text);
        }}
      >
        <textarea
          rows={2}
          aria-label={f.ask.label}
          placeholder={f.ask.placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            begin(text);
          }}
        />
        <div className="ask-foot">
          <ModelPicker value={chosen} onChange={setModel} />
          {running ? (
            <button
              type="button"
              className="send"
              aria-label={f.ask.stop}
              title={f.ask.stop}
              onClick={() => void stop()}
            >
              <Icon name="stop" size={22} />
            </button>
          ) : (
            <button
              type="submit"
              className="send"
              aria-label={f.ask.send}
              title={f.ask.send}
              disabled={!text.trim() || waits}
            >
              <Icon name="arrowUp" size={20} />
            </button>
          )}
        </div>
      </form>
      <ul className="ask-presets" aria-label={f.ask.presets}>
        {PRESETS.map((name) => (
          <li key={name}>
            <button
              type="button"
              disabled={running || waits}
              onClick={() => begin(f.ask.prompts[name])}
            >
              {f.ask[name]}
            </button>
          </li>
        ))}
      </ul>
      {waits && <p className="file-hint">{f.ask.notReady}</p>}
      <div className="ask-list" aria-label={f.ask.list} role="feed">
        {asked && (
          <article className="analysis" aria-busy={running}>
            <h3>{asked.prompt}</h3>
            {asked.answer.text ? (
              <Markdown text={asked.answer.text} live={running} />
            ) : (
              running && (
                <p className="file-working">
                  <Ring value={null} />
                  {f.ask.working}
                </p>
              )
            )}
            {asked.failure !== null && (
              <Notice
                look="danger"
                actions={
                  <>
                    <Button small icon="refresh" onClick={() => void ask(asked.prompt, chosen)}>
                      {t.common.tryAgain}
                    </Button>
                    <Button small look="quiet" onClick={forget}>
                      {t.common.dismiss}
                    </Button>
                  </>
                }
              >
                {describe(asked.failure, t)}
              </Notice>
            )}
          </article>
        )}
        {list.isPending && <Bones lines={3} />}
        {list.error && <LoadError error={list.error} onRetry={() => void list.refetch()} />}
        {list.data?.length === 0 && !asked && !waits && <p className="file-hint">{f.ask.empty}</p>}
        {kept.map((analysis) => (
          <KeptAnalysis
            key={analysis.id}
            fileId={file.id}
            analysis={analysis}
            locked={running || waits}
            onAgain={() => void ask(analysis.prompt, chosen)}
            onStop={() => void stop(analysis.id)}
          />
        ))}
      </div>
    </div>
  );
}
