import { useEffect, useReducer, useRef } from 'react';
import { PageSection } from '@/app/PageSection';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessSettings } from '../metrics/metrics';
import { RunProgress } from '../sources/RunProgress';
import { isRunning, previewFile, uploadFile, useRuns } from '../sources/sources';
import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { Approve } from './Approve';
import { DropFile } from './DropFile';
import { layoutOf, withUsual } from './layout';
import { uploadStep } from './machine';
import './upload.css';

/** A table from a file: dropped, looked at, approved, taken in. */
export function Upload({ connector }: { connector: Connector }) {
  const t = useText();
  const b = useBusinessText();
  const [state, step] = useReducer(uploadStep, { at: 'empty' });
  const runs = useRuns(connector.id);
  const { id, values } = connector;
  const settings = useBusinessSettings().data;
  const usual = useRef({});
  useEffect(() => {
    usual.current = {
      currency: values.currency || settings?.currency,
      time_zone: values.time_zone || settings?.time_zone,
    };
  }, [values, settings]);

  useEffect(() => {
    const looks = state.at === 'looking' || (state.at === 'approving' && state.stale);
    if (!looks && state.at !== 'sending') return;
    const { file } = state;
    const layout = 'sample' in state ? layoutOf(state.sample, state.edits) : null;
    const work =
      state.at === 'sending' && layout
        ? uploadFile(id, file, layout).then((run) => step({ do: 'sent', file, run }))
        : previewFile(id, file, layout).then((sample) =>
            step({ do: 'looked', file, sample: withUsual(sample, usual.current) }),
          );
    work.catch((error: unknown) => step({ do: 'fail', file, error }));
  }, [state, id]);

  const run =
    state.at === 'sent' ? (runs.data?.find((r) => r.id === state.run.id) ?? state.run) : null;
  return (
    <PageSection title={b.upload.title} hint={b.upload.hint}>
      {(state.at === 'empty' || state.at === 'looking') && (
        <DropFile busy={state.at === 'looking'} onFile={(file) => step({ do: 'choose', file })} />
      )}
      {state.at === 'looking' && <Bones lines={4} height={28} />}
      {(state.at === 'approving' || state.at === 'sending') && (
        <Approve
          file={state.file}
          sample={state.sample}
          edits={state.edits}
          stale={state.at === 'approving' && state.stale}
          sending={state.at === 'sending'}
          onEdit={(edits) => step({ do: 'edit', edits })}
          onSend={() => step({ do: 'send' })}
          onForget={() => step({ do: 'forget' })}
        />
      )}
      {state.at === 'failed' && (
        <Notice
          look="danger"
          actions={
            <>
              {state.back && (
                <Button small onClick={() => step({ do: 'back' })}>
                  {b.upload.back}
                </Button>
              )}
              <Button small onClick={() => step({ do: 'forget' })}>
                {b.upload.other}
              </Button>
            </>
          }
        >
          {state.file.name}: {describe(state.error, t)}
        </Notice>
      )}
      {run && state.at === 'sent' && (
        <div className="bsent" role="status">
          <p>
            <strong>{state.file.name}</strong>{' '}
            {isRunning(run) ? b.upload.takingIn : b.sources.runStates[run.status]}
          </p>
          {isRunning(run) && <RunProgress run={run} />}
          {run.error && <p className="brun-error">{run.error}</p>}
          {!isRunning(run) && (
            <Button small onClick={() => step({ do: 'forget' })}>
              {b.upload.another}
            </Button>
          )}
        </div>
      )}
    </PageSection>
  );
}
