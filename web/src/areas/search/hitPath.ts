import type { Hit } from './contract';

/** Where a hit is opened: at the very message, at the very page. */
export function hitPath(hit: Hit): string {
  if (hit.kind === 'file') {
    const page = hit.page === null ? '' : `?page=${hit.page}`;
    return `/files/${hit.file_id ?? hit.id}${page}`;
  }
  if (hit.kind === 'thread') return `/c/${hit.thread_id ?? hit.id}`;
  return `/c/${hit.thread_id}?m=${hit.id}`;
}
