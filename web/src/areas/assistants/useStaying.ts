import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** Asks before one leaves the page with something unsaved. Answers what to do with the question, once it is put. */
export function useStaying(unsaved: () => boolean) {
  const { history } = useRouter();
  const [asked, setAsked] = useState<{ answer: (stay: boolean) => void } | null>(null);
  useEffect(
    () =>
      history.block({
        enableBeforeUnload: unsaved,
        blockerFn: async () => {
          if (!unsaved()) return false;
          const stay = await new Promise<boolean>((answer) => setAsked({ answer }));
          setAsked(null);
          return stay;
        },
      }),
    [history, unsaved],
  );
  return asked;
}
