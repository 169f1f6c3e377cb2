import { useEffect, useRef } from 'react';

/** Does something as soon as an element comes near: the next part of a list is there before its end is. */
export function useNear(work: () => void, on: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const now = useRef(work);
  useEffect(() => {
    now.current = work;
  });
  useEffect(() => {
    if (!on || !element.current) return;
    const observer = new IntersectionObserver(
      (seen) => seen.some((s) => s.isIntersecting) && now.current(),
      { rootMargin: '600px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [on]);
  return element;
}
