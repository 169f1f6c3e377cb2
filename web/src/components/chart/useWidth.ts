import { useEffect, useRef, useState } from 'react';

/** The width there is, so that a line is a line and a letter a letter on every screen. */
export function useWidth(first = 640) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const sizes = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return { ref, width };
}
