import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

interface Place {
  pathname: string;
  search: string;
}

/** What may be opened beside the page is no other page. */
function isElsewhere(here: Place, there: Place): boolean {
  const open = (place: Place) => new URLSearchParams(place.search).get('open');
  return here.pathname !== there.pathname || open(here) !== open(there);
}

/** Asks before one leaves the page with something unsaved. Answers what to do with the question, once it is put. */
export function useStaying(unsaved: () => boolean) {
  const { history } = useRouter();
  const [asked, setAsked] = useState<{ answer: (stay: boolean) => void } | null>(null);
  useEffect(
    () =>
      history.block({
        enableBeforeUnload: unsaved,
        blockerFn: async ({ currentLocation, nextLocation }) => {
          if (!unsaved() || !isElsewhere(currentLocation, nextLocation)) return false;
          const stay = await new Promise<boolean>((answer) => setAsked({ answer }));
          setAsked(null);
          return stay;
        },
      }),
    [history, unsaved],
  );
  return asked;
}
