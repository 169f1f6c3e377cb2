import type { FileBrief } from './contract';
import type { Uploads } from './uploads/machine';

export interface Tray {
  /** With the server; a message can take them along. */
  there: FileBrief[];
  /** On their way. */
  pending: number;
  /** Need the person: paused, failed, rejected, or to be chosen again. */
  stuck: number;
}

/** What the files of a composer mean for the message that is to take them. */
export function tray(uploads: Uploads): Tray {
  const there: FileBrief[] = [];
  let stuck = 0;
  for (const { phase, file } of uploads) {
    if (phase === 'there' && file && file.status !== 'rejected') there.push(file);
    else if (phase === 'there' || ['paused', 'failed', 'lost'].includes(phase)) stuck += 1;
  }
  return { there, stuck, pending: uploads.length - there.length - stuck };
}
