import type { Run, Sample } from '../types';
import type { Edits } from './layout';

/** Where a file is on its way in. */
export type Upload =
  | { at: 'empty' }
  | { at: 'looking'; file: File; edits: Edits }
  | { at: 'approving'; file: File; sample: Sample; edits: Edits; stale: boolean }
  | { at: 'sending'; file: File; sample: Sample; edits: Edits }
  | { at: 'sent'; file: File; run: Run }
  | { at: 'failed'; file: File; error: unknown; back: { sample: Sample; edits: Edits } | null };

export type UploadStep =
  | { do: 'choose'; file: File }
  | { do: 'looked'; file: File; sample: Sample }
  | { do: 'edit'; edits: Edits }
  | { do: 'send' }
  | { do: 'sent'; file: File; run: Run }
  | { do: 'fail'; file: File; error: unknown }
  | { do: 'back' }
  | { do: 'forget' };

/** Numbers and days are read anew when one of these changes; the names of columns are not. */
function readsAnew(edits: Edits): boolean {
  return edits.decimal !== undefined || edits.date_order !== undefined;
}

/** What happened makes what is shown; an answer for a file that was replaced is not heard. */
export function uploadStep(state: Upload, step: UploadStep): Upload {
  if (step.do === 'choose') return { at: 'looking', file: step.file, edits: {} };
  if (step.do === 'forget') return { at: 'empty' };
  if (state.at === 'empty') return state;
  if ('file' in step && step.file !== state.file) return state;
  const { file } = state;
  switch (step.do) {
    case 'looked':
      if (state.at === 'looking') {
        return { at: 'approving', file, sample: step.sample, edits: state.edits, stale: false };
      }
      return state.at === 'approving' && state.stale
        ? { ...state, sample: step.sample, stale: false }
        : state;
    case 'edit':
      if (state.at !== 'approving') return state;
      return {
        ...state,
        edits: { ...state.edits, ...step.edits },
        stale: state.stale || readsAnew(step.edits),
      };
    case 'send':
      if (state.at !== 'approving' || state.stale) return state;
      return { at: 'sending', file, sample: state.sample, edits: state.edits };
    case 'sent':
      return state.at === 'sending' ? { at: 'sent', file, run: step.run } : state;
    case 'fail': {
      if (state.at === 'sent' || state.at === 'failed') return state;
      const back = 'sample' in state ? { sample: state.sample, edits: state.edits } : null;
      return { at: 'failed', file, error: step.error, back };
    }
    case 'back':
      return state.at === 'failed' && state.back
        ? { at: 'approving', file, ...state.back, stale: false }
        : { at: 'empty' };
  }
}
