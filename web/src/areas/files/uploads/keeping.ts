import { KEPT_PREFIX } from '../attaching';
import type { Upload, Uploads } from './machine';
import { kept } from './machine';

function at(uploads: Uploads, place: string): Upload[] {
  return uploads.filter((u) => u.place === place);
}

/** Writes down what a place holds, so that a draft has its files after a reload. */
export function keepUploads(before: Uploads, after: Uploads): void {
  const places = new Set([...before, ...after].map((u) => u.place));
  for (const place of places) {
    const now = at(after, place);
    const was = at(before, place);
    if (now.length === was.length && now.every((u, i) => u === was[i])) continue;
    try {
      if (now.length > 0) localStorage.setItem(KEPT_PREFIX + place, JSON.stringify(now.map(kept)));
      else localStorage.removeItem(KEPT_PREFIX + place);
    } catch {
      // Full or closed storage: they still live in this tab.
    }
  }
}

export function keptUploads(place: string): Upload[] {
  try {
    const stored = localStorage.getItem(KEPT_PREFIX + place);
    return stored ? (JSON.parse(stored) as Upload[]).map(kept) : [];
  } catch {
    return [];
  }
}
