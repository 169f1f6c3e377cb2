import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { sidebar } from '@/app/sidebar';
import { messageJump } from '@/areas/rooms/messageJump';
import type { Hit } from './contract';
import { hitPath } from './hitPath';

/** Opens a hit; the message that the address names already is brought into sight once more. */
export function useOpenHit(): (hit: Hit) => void {
  const router = useRouter();
  return useCallback(
    (hit: Hit) => {
      const path = hitPath(hit);
      sidebar.closeDrawer();
      const { pathname, searchStr } = router.state.location;
      if (pathname + searchStr === path && hit.kind === 'message') messageJump.to(hit.id);
      else router.history.push(path);
    },
    [router],
  );
}
