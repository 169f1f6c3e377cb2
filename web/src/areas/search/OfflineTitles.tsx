import { useQuery } from '@tanstack/react-query';
import { Notice } from '@/components/Notice';
import type { Hit } from './contract';
import { wordsOf } from './grammar';
import { HitRow } from './HitRow';
import { keptThreads, titled, titleHit } from './titles';
import { useOpenHit } from './useOpen';
import { useSearchText } from './text';

/** Without a network: the chats on this device whose title fits. */
export function OfflineTitles({ q }: { q: string }) {
  const s = useSearchText();
  const open = useOpenHit();
  const threads = useQuery({
    queryKey: ['kept-titles'],
    queryFn: keptThreads,
    staleTime: 5_000,
    gcTime: 0,
  });
  const hits: Hit[] = titled(threads.data ?? [], wordsOf(q)).map(titleHit);
  return (
    <div className="stack">
      <Notice icon="cloudOff">
        {hits.length > 0 || threads.isPending ? s.offline : s.offlineNone}
      </Notice>
      <ul className="hits">
        {hits.map((hit) => (
          <HitRow key={hit.id} hit={hit} onOpen={open} />
        ))}
      </ul>
    </div>
  );
}
