import { useSyncExternalStore } from 'react';
import type { Answer } from '@/live/answer';

let said = '';
const listeners = new Set<() => void>();

function say(text: string): void {
  said = text;
  for (const listener of listeners) listener();
}

/** Reads a finished answer out to those who listen; long ones only by their beginning. */
export function announce(answer: Answer): void {
  const plain = answer.text.replace(/```[\s\S]*?```/g, ' … ').replace(/[*_`#>|]/g, '');
  say(plain.length > 600 ? `${plain.slice(0, 600)} …` : plain);
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
