import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import type { Wanted } from './Filters';

const REST_MS = 160;

/** What is asked for: what is typed, at once, and the address, which follows when it rests. */
export function useWanted() {
  const navigate = useNavigate();
  const address = useSearch({ from: '/inside/search' });
  const [text, setText] = useState(address.q ?? '');
  const wanted: Wanted = {
    q: text.trim(),
    place: address.in ?? null,
    mode: address.mode ?? 'hybrid',
  };
  const rested = useSlowly(wanted.q, REST_MS);

  // What stands in the address and was not put there from here: another search, opened from the palette.
  const own = useRef(new Set<string>());
  useEffect(() => {
    if (!own.current.delete(address.q ?? '')) setText(address.q ?? '');
  }, [address.q]);

  const go = ({ q, place, mode }: Wanted) => {
    if (q !== (address.q ?? '')) own.current.add(q);
    void navigate({
      to: '/search',
      search: {
        q: q || undefined,
        in: place ?? undefined,
        mode: mode === 'hybrid' ? undefined : mode,
      },
      replace: true,
    });
  };

  // So that going back leads to what was asked for last.
  useEffect(() => {
    if (rested !== (address.q ?? '')) go({ ...wanted, q: rested });
    // Only when what is typed rests.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rested]);

  return {
    text,
    setText,
    wanted,
    rested,
    change: (next: Partial<Wanted>) => {
      if (next.q !== undefined) setText(next.q);
      go({ ...wanted, ...next });
    },
  };
}
