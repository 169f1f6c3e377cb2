import { useEffect, useRef, useState } from 'react';
import type { Tray } from './tray';
import type { Uploads } from './uploads/machine';

/** A message may be sent before its files are there: it then goes as soon as the last one is. */
export function useSendWhenThere(uploads: Uploads, { pending, stuck }: Tray, send: () => void) {
  const [armed, setArmed] = useState(false);
  const now = useRef(send);
  useEffect(() => {
    now.current = send;
  });
  const off = stuck > 0 || uploads.length === 0;
  const next = !armed ? null : off ? 'off' : pending === 0 ? 'send' : 'wait';
  useEffect(() => {
    if (next !== 'off' && next !== 'send') return;
    setArmed(false);
    if (next === 'send') now.current();
  }, [next]);
  return [armed, setArmed] as const;
}
