import { useEffect, useRef, useState } from 'react';
import type { View } from './zooming';
import { FITTED, moved, zoomed } from './zooming';

/** Wheel, pinch, drag and double click over a picture. */
export function usePanning() {
  const stage = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>(FITTED);
  const [held, setHeld] = useState(false);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const spread = useRef(0);

  const fromMiddle = (x: number, y: number): [number, number] => {
    const box = stage.current?.getBoundingClientRect();
    if (!box) return [0, 0];
    return [x - box.left - box.width / 2, y - box.top - box.height / 2];
  };

  // React listens to the wheel passively; the page must not scroll or zoom with it.
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const [x, y] = fromMiddle(event.clientX, event.clientY);
      setView((v) => zoomed(v, Math.exp(-event.deltaY * 0.0022), x, y));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const distance = () => {
    const [a, b] = [...fingers.current.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  const handlers = {
    onPointerDown: (event: React.PointerEvent) => {
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      spread.current = distance();
      if (view.scale > 1 || fingers.current.size > 1) {
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(true);
      }
    },
    onPointerMove: (event: React.PointerEvent) => {
      const before = fingers.current.get(event.pointerId);
      if (!before) return;
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.current.size > 1) {
        const now = distance();
        if (spread.current > 0) {
          const by = now / spread.current;
          const [x, y] = fromMiddle(event.clientX, event.clientY);
          setView((v) => zoomed(v, by, x, y));
        }
        spread.current = now;
        return;
      }
      const { clientWidth = 0, clientHeight = 0 } = stage.current ?? {};
      const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
      setView((v) => moved(v, dx, dy, clientWidth, clientHeight));
    },
    onPointerUp: (event: React.PointerEvent) => {
      fingers.current.delete(event.pointerId);
      spread.current = 0;
      if (fingers.current.size === 0) setHeld(false);
    },
    onPointerCancel: (event: React.PointerEvent) => {
      fingers.current.delete(event.pointerId);
      setHeld(false);
    },
    onDoubleClick: (event: React.MouseEvent) => {
      const [x, y] = fromMiddle(event.clientX, event.clientY);
      setView((v) => (v.scale > 1 ? FITTED : zoomed(v, 2.5, x, y)));
    },
  };
  return { stage, view, setView, handlers, held };
}
