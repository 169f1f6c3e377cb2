import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useThread } from '@/areas/chat/threads';
import { Icon } from '@/components/Icon';
import { useFilesText, type FilesText } from '@/text/files';
import { bytes, dateTime, whole } from '@/text/numbers';
import type { FileOut, FileStep } from '../contract';
import { kindOf } from '../kinds';
import { Ring } from '../Ring';

type Fact = [label: string, value: ReactNode];

function lengthOf(ms: number): string {
  const s = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const rest = `${hours ? two(Math.floor((s % 3600) / 60)) : Math.floor(s / 60)}:${two(s % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() ? value : null;

/** A day that a camera or a program wrote; what is no date is shown as it stands. */
function day(value: unknown): string | null {
  const said = text(value);
  if (!said) return null;
  return Number.isNaN(Date.parse(said)) ? said : dateTime(said);
}

function factsOf(file: FileOut, t: FilesText): Fact[] {
  const d = t.details;
  const { metadata: m } = file;
  const place =
    typeof m.latitude === 'number' && typeof m.longitude === 'number' ? (
      <>
        {m.latitude.toFixed(5)}, {m.longitude.toFixed(5)}
        <small>{d.placeHint}</small>
      </>
    ) : null;
  const facts: [string, ReactNode][] = [
    [d.kind, `${t.kinds[kindOf(file.type, file.name)]} · ${file.type}`],
    [d.size, bytes(file.size)],
    [d.dimensions, file.width && file.height ? `${file.width} × ${file.height}` : null],
    [d.pages, file.pages ? whole(file.pages) : null],
    [d.duration, typeof m.duration_ms === 'number' ? lengthOf(m.duration_ms) : null],
    [d.title, text(m.title)],
    [d.author, text(m.author)],
    [d.taken, day(m.taken_at)],
    [d.camera, text(m.camera)],
    [d.place, place],
    [d.language, text(m.language)],
    [d.encoding, text(m.encoding)],
    [d.text, file.text_chars ? d.characters(whole(file.text_chars)) : null],
    [d.visible, file.visibility === 'workspace' ? d.workspace : d.private],
    [d.added, dateTime(file.created_at)],
  ];
  return facts.filter(([, value]) => value !== null);
}

/** What is known of a file, what was done with it, and where it is used. */
export function DetailsTab({ file }: { file: FileOut }) {
  const t = useFilesText();
  const d = t.details;
  return (
    <div className="file-details">
      <section aria-label={d.about}>
        <h3>{d.about}</h3>
        <dl>
          {factsOf(file, t).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {file.steps.length > 0 && (
        <section aria-label={d.steps}>
          <h3>{d.steps}</h3>
          <ol className="file-steps">
            {file.steps.map((step) => (
              <Step key={step.name} step={step} />
            ))}
          </ol>
        </section>
      )}
      {file.threads && (
        <section aria-label={d.used}>
          <h3>{d.used}</h3>
          {file.threads.length === 0 ? (
            <p className="quiet">{d.unused}</p>
          ) : (
            <ul className="file-threads">
              {file.threads.map((id) => (
                <li key={id}>
                  <UsedIn threadId={id} />
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}

function Step({ step }: { step: FileStep }) {
  const t = useFilesText();
  const { state, note } = step;
  return (
    <li data-state={state}>
      <span className="file-step-mark" aria-hidden="true">
        {state === 'running' ? (
          <Ring value={null} />
        ) : state === 'done' ? (
          <Icon name="check" size={15} />
        ) : state === 'failed' ? (
          <Icon name="warning" size={15} />
        ) : (
          <Icon name="minus" size={15} />
        )}
      </span>
      <span>
        {t.details.step[step.name] ?? step.name}
        {state === 'done' && !note ? (
          <span className="unseen">, {t.details.state.done}</span>
        ) : (
          <small>
            {t.details.state[state] ?? state}
            {note ? ` · ${note}` : ''}
          </small>
        )}
      </span>
    </li>
  );
}

function UsedIn({ threadId }: { threadId: string }) {
  const t = useFilesText();
  const { data } = useThread(threadId);
  return (
    <Link to="/c/$threadId" params={{ threadId }} preload={false}>
      <Icon name="reply" size={15} />
      {data?.title ?? t.details.untitled}
    </Link>
  );
}
