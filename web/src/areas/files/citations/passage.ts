import { Cell } from '@/live/cell';

/** The passage whose citation was opened last: the file shows it. */
export interface Passage {
  fileId: string;
  page: number | null;
  snippet: string;
}

export const passageCell = new Cell<Passage | null>(null);
