import { useSyncExternalStore } from 'react';
import type { Answer } from '@/live/answer';

let said = '';
const listeners = new Set<() => void>();

function say(text: string): void {
  said = text;
  for (const listener of listeners) listener();
}

/** As it is read out: without its marks, and of a long one only the beginning. */
function spoken(text: string): string {
  const plain = text.replace(/```[\s\S]*?```/g, ' … ').replace(/[*_`#>|]/g, '');
  return plain.length > 600 ? `${plain.slice(0, 600)} …` : plain;
}

/** Reads a finished answer out to those who listen. */
export function announce(answer: Answer): void {
  say(spoken(answer.text));
}

/** Reads out what a person said. */
export function announceSaid(name: string, text: string): void {
  say(`${name}: ${spoken(text)}`);
}

export function useAnnouncement(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
}
