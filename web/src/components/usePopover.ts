import { useLayoutEffect, useRef, useState } from 'react';

export type Align = 'start' | 'end';

const MARGIN = 8;
const GAP = 6;

/** Beside its button on the side that has room, and no taller than that side allows. */
function place(anchor: HTMLElement, panel: HTMLElement, align: Align, above: boolean): void {
  const a = anchor.getBoundingClientRect();
  panel.style.maxHeight = '';
  const { offsetWidth: width, offsetHeight: wanted } = panel;
  const roomOver = a.top - GAP - MARGIN;
  const roomUnder = innerHeight - a.bottom - GAP - MARGIN;
  const fits = { over: wanted <= roomOver, under: wanted <= roomUnder };
  let over = above ? fits.over || !fits.under : !fits.under && fits.over;
  if (!fits.over && !fits.under) over = roomOver > roomUnder;
  // What comes later may still grow into the room, up to what its own style allows.
  const most = parseFloat(getComputedStyle(panel).maxHeight) || Infinity;
  const left = align === 'start' ? a.left : a.right - width;
  panel.style.maxHeight = `${Math.min(most, over ? roomOver : roomUnder)}px`;
  panel.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  panel.style.top = over ? 'auto' : `${a.bottom + GAP}px`;
  panel.style.bottom = over ? `${innerHeight - a.top + GAP}px` : 'auto';
}

/**
 * A panel in the browser's top layer, beside its button. Escape and a click elsewhere close it; that
 * is the browser's doing. It is filled, placed and shown within one frame.
 */
export function usePopover(align: Align, above = false) {
  const anchor = useRef<HTMLElement | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  const closedAt = useRef(0);
  // Closed from inside, by a choice: no press on the button did it.
  const chosen = useRef(false);
  const [open, setOpen] = useState(false);

  useLayoutEffect(() => {
    const element = panel.current;
    if (!open || !element || !anchor.current) return;
    if (!element.matches(':popover-open')) element.showPopover();
    place(anchor.current, element, align, above);
  }, [open, align, above]);

  return {
    anchor,
    panel,
    open,
    /** For the button: the press that closed the panel must not open it again. */
    toggle: () => {
      if (open) panel.current?.hidePopover();
      else if (performance.now() - closedAt.current > 60) setOpen(true);
    },
    close: () => {
      chosen.current = true;
      panel.current?.hidePopover();
    },
    onToggle: (event: { newState: string }) => {
      if (event.newState !== 'closed') return;
      if (!chosen.current) closedAt.current = performance.now();
      chosen.current = false;
      setOpen(false);
    },
  };
}
