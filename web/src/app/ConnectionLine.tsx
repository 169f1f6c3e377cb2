import { useEffect, useState } from 'react';
import { Icon } from '@/components/Icon';
import { useConnection, usePending } from '@/live/connection';
import { useText } from '@/text';

const OFFLINE_MS = 2_000;
const CONNECTING_MS = 3_000;

/** Says that the page is on its own, once that has lasted; nothing while all is well. */
export function ConnectionLine() {
  const t = useText();
  const state = useConnection();
  const waiting = usePending();
  const [shown, setShown] = useState<'offline' | 'connecting' | null>(null);

  useEffect(() => {
    const quiet = state === 'live' || state === 'fallback';
    const ms = quiet ? 0 : state === 'offline' ? OFFLINE_MS : CONNECTING_MS;
    const timer = setTimeout(() => setShown(quiet ? null : state), ms);
    return () => clearTimeout(timer);
  }, [state]);

  const words =
    shown === 'connecting'
      ? t.live.connecting
      : waiting > 0
        ? t.live.offlineWaiting(waiting)
        : t.live.offline;
  return (
    <div className="connection" role="status">
      {shown && (
        <span className="connection-line">
          <Icon name={shown === 'offline' ? 'cloudOff' : 'refresh'} size={15} />
          {words}
        </span>
      )}
    </div>
  );
}
