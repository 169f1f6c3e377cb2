import type { Notification } from '@/api/contract';

export function unreadCount(list: Notification[] | undefined): number {
  return (list ?? []).filter((n) => n.read_at === null).length;
}

/** Those that were not known before and are still unread: what to tell of. */
export function news(before: Notification[], now: Notification[]): Notification[] {
  const known = new Set(before.map((n) => n.id));
  return now.filter((n) => !known.has(n.id) && n.read_at === null);
}
