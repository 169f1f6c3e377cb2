import { useEffect } from 'react';
import { useUnread } from '@/areas/rooms/unread';

let title: string | null = null;
let count = 0;

function show(): void {
  const name = title ? `${title} · Tributary` : 'Tributary';
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) ${name}` : name;
}

/** The name of what is on screen, in the title of the page. */
export function setPageTitle(next: string | null): void {
  title = next;
  show();
}

/** How many messages wait, in front of the title. */
export function useCountInTitle(): void {
  const unread = useUnread();
  useEffect(() => {
    count = unread;
    show();
  }, [unread]);
}
