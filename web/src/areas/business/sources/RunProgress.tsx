import { whole } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Run } from '../types';
import './sources.css';

/** How far a sync is; without a known end, that it moves. */
export function RunProgress({ run }: { run: Run }) {
  const b = useBusinessText();
  const { done, planned, stream } = run.progress;
  const part = planned && planned > 0 ? Math.min(1, done / planned) : null;
  const words = [
    stream && b.streams(stream),
    part !== null && `${Math.floor(part * 100)} %`,
    run.records_read > 0 && b.sources.records(whole(run.records_read)),
  ].filter(Boolean);
  return (
    <div className="brun-progress">
      <div
        className="bprogress"
        role="progressbar"
        aria-label={b.sources.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={part === null ? undefined : Math.floor(part * 100)}
        data-endless={part === null || undefined}
      >
        <span style={part === null ? undefined : { width: `${part * 100}%` }} />
      </div>
      <p className="quiet tabular">{words.length > 0 ? words.join(' · ') : b.sources.starting}</p>
    </div>
  );
}
