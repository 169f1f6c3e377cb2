import { lazy, Suspense, useState } from 'react';
import type { Thread } from '@/api/contract';
import { Button } from '@/components/Button';
import { useText } from '@/text';
import { Facepile } from './Facepile';
import { isShared, useEntrants } from './members';
import './rooms.css';

export const loadShareDialog = () => import('./ShareDialog');
const ShareDialog = lazy(() => loadShareDialog().then((m) => ({ default: m.ShareDialog })));

/** Who is in the thread, and the way to let others in. */
export function ShareButton({ thread }: { thread: Thread }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const people = useEntrants(thread);
  return (
    <>
      {isShared(thread) && people.length > 0 && (
        <Facepile people={people} onOpen={() => setOpen(true)} />
      )}
      <Button
        small
        icon="share"
        className="share-button"
        aria-haspopup="dialog"
        aria-label={t.rooms.share.button}
        onPointerEnter={() => void loadShareDialog()}
        onClick={() => setOpen(true)}
      >
        <span>{t.rooms.share.button}</span>
      </Button>
      {open && (
        <Suspense fallback={null}>
          <ShareDialog thread={thread} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
