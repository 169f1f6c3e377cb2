import { useEffect, useState } from 'react';
import { secondsLeft } from './content';

/** Counts down to a moment, once a second, while there is something to count. */
export function useSecondsLeft(until: string | null): number {
  const [left, setLeft] = useState(() => secondsLeft(until, Date.now()));
  useEffect(() => {
    const count = () => setLeft(secondsLeft(until, Date.now()));
    count();
    if (secondsLeft(until, Date.now()) === 0) return;
    const timer = setInterval(() => {
      count();
      if (secondsLeft(until, Date.now()) === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}
