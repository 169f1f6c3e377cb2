import { lazy, Suspense, useState } from 'react';
import type { Thread } from '@/api/contract';
import { Button } from '@/components/Button';
import { useText } from '@/text';
import { Facepile } from './Facepile';
import { isShared, useEntrants } from './members';
import './people.css';

export const loadShareDialog = () => import('./ShareDialog');
const ShareDialog = lazy(() => loadShareDialog().then((m) => ({ default: m.ShareDialog })));

/** Who is in the thread, and the way to let others in. */
export function ShareButton({ thread }: { thread: Thread }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const people = useEntrants(thread);
  const mine = thread.role === 'owner';
  const label = mine ? t.rooms.share.button : t.rooms.share.others;
  return (
    <>
      {isShared(thread) && people.length > 0 && (
        <Facepile people={people} onOpen={() => setOpen(true)} />
      )}
      <Button
        small
        icon={mine ? 'share' : 'people'}
        className="share-button"
        aria-haspopup="dialog"
        aria-label={label}
        onPointerEnter={() => void loadShareDialog()}
        onClick={() => setOpen(true)}
      >
        <span>{label}</span>
      </Button>
      {open && (
        <Suspense fallback={null}>
          <ShareDialog thread={thread} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
