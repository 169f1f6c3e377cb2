import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Notification as Note } from '@/api/contract';
import { readNotifications, useNotifications } from '@/live/rooms';
import { useText } from '@/text';
import { news } from './notifications';

const KEY = 'trb.device_notes';
const listeners = new Set<() => void>();

export type DeviceNotes = 'on' | 'off' | 'blocked' | 'missing';

function wanted(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

function state(): DeviceNotes {
  if (!('Notification' in window)) return 'missing';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && wanted() ? 'on' : 'off';
}

function keep(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Then it is off again next time.
  }
  for (const listener of listeners) listener();
}

/** Switches notes of the browser on or off, on this device. Asks the browser when it has to. */
export async function setDeviceNotes(on: boolean): Promise<void> {
  if (on && state() !== 'missing' && Notification.permission === 'default') {
    await Notification.requestPermission();
  }
  keep(on);
}

export function useDeviceNotes(): DeviceNotes {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, state);
}

function show(note: Note, title: string, open: () => void): void {
  try {
    const shown = new Notification(title, {
      body: note.snippet ?? undefined,
      tag: note.id,
      icon: '/icon.svg',
    });
    shown.onclick = () => {
      window.focus();
      shown.close();
      open();
    };
  } catch {
    // Some browsers only let a service worker show one.
  }
}

/** Tells of what is new through the browser, while nobody looks at the page. */
export function useDeviceNoting(): void {
  const t = useText();
  const navigate = useNavigate();
  const { data } = useNotifications();
  const known = useRef<Note[] | null>(null);
  useEffect(() => {
    if (!data) return;
    const before = known.current;
    known.current = data;
    if (!before || document.visibilityState === 'visible' || state() !== 'on') return;
    for (const note of news(before, data)) {
      const name = note.actor?.full_name ?? t.rooms.people.someone;
      show(note, t.rooms.notifications.did[note.kind](name), () => {
        void readNotifications({ ids: [note.id] });
        void navigate({
          to: '/c/$threadId',
          params: { threadId: note.thread_id },
          search: note.message_id ? { m: note.message_id } : {},
        });
      });
    }
  }, [data, t, navigate]);
}
