/** A picture of this visit, from the person's own bytes: there is no waiting for the server to make one. */
export interface Thumb {
  url: string;
  width: number;
  height: number;
}

const SHOWN = /^image\/(png|jpeg|webp|gif|avif|bmp)$/;
const MOST = 40 * 1024 * 1024;
/** By the key of an upload, and then by the id of its file. */
const thumbs = new Map<string, Thumb>();
const listeners = new Set<() => void>();

export const thumbOf = (key: string): Thumb | null => thumbs.get(key) ?? null;

export function subscribeThumbs(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function makeThumb(key: string, file: File): void {
  if (!SHOWN.test(file.type) || file.size > MOST) return;
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.onload = () => {
    thumbs.set(key, { url, width: image.naturalWidth, height: image.naturalHeight });
    tell();
  };
  image.onerror = () => URL.revokeObjectURL(url);
  image.src = url;
}

export function nameThumb(key: string, fileId: string): void {
  const thumb = thumbs.get(key);
  if (thumb) thumbs.set(fileId, thumb);
  tell();
}

export function dropThumb(key: string): void {
  const thumb = thumbs.get(key);
  if (!thumb) return;
  thumbs.delete(key);
  URL.revokeObjectURL(thumb.url);
}
