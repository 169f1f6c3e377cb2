import { useEffect } from 'react';
import { Cell, useCell } from '@/live/cell';
import type { FileBrief } from './contract';
import type { Upload, Uploads } from './uploads/machine';

/**
 * Files given to a composer, as the first page needs them. What sends them is fetched with the first file,
 * or where an earlier visit left some.
 */
const load = () => import('./uploads/engine').then((m) => m.engine);

/** Everything that is uploaded or has been, by the place it was given to. */
export const uploadsCell = new Cell<Uploads>([]);

/** The place of files that belong to no message. */
export const LIBRARY = 'library';

/** With the drafts, and forgotten with them. */
export const KEPT_PREFIX = 'trb.draft.files.';

export function giveFiles(place: string, files: readonly File[]): void {
  if (files.length > 0) void load().then((engine) => engine.add(place, files));
}

/** Files that the server has already, back in a composer. */
export function giveStored(place: string, files: readonly FileBrief[]): void {
  if (files.length > 0) void load().then((engine) => engine.putBack(place, files));
}

/** The files of a message that was sent leave its composer. */
export function takeFiles(place: string): void {
  if (uploadsCell.get().some((u) => u.place === place)) {
    void load().then((engine) => engine.take(place));
  }
}

const NONE: Upload[] = [];
let seen: { of: Uploads; by: Map<string, Upload[]> } = { of: [], by: new Map() };

function byPlace(uploads: Uploads): Map<string, Upload[]> {
  if (seen.of !== uploads) {
    const by = new Map<string, Upload[]>();
    for (const upload of uploads) {
      const list = by.get(upload.place);
      if (list) list.push(upload);
      else by.set(upload.place, [upload]);
    }
    seen = { of: uploads, by };
  }
  return seen.by;
}

/** What was given to a place, from this visit or an earlier one. */
export function useUploads(place: string): Upload[] {
  useEffect(() => {
    try {
      if (!localStorage.getItem(KEPT_PREFIX + place)) return;
    } catch {
      return;
    }
    void load().then((engine) => engine.restore(place));
  }, [place]);
  return useCell(uploadsCell, (all) => byPlace(all).get(place) ?? NONE);
}

/** The files among what is dragged or pasted. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}
