import { useLayoutEffect, useRef, useState } from 'react';

export type Align = 'start' | 'end';

const MARGIN = 8;
const GAP = 6;

function place(anchor: HTMLElement, panel: HTMLElement, align: Align, above: boolean): void {
  const a = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = align === 'start' ? a.left : a.right - width;
  const under = a.bottom + GAP;
  const over = a.top - height - GAP;
  const fitsUnder = under + height <= innerHeight - MARGIN;
  const fitsOver = over >= MARGIN;
  const top = (above ? fitsOver : !fitsUnder && fitsOver) ? over : under;
  panel.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  panel.style.top = `${Math.max(MARGIN, Math.min(top, innerHeight - height - MARGIN))}px`;
}

/**
 * A panel in the browser's top layer, beside its button. Escape and a click elsewhere close it; that
 * is the browser's doing. It is filled, placed and shown within one frame.
 */
export function usePopover(align: Align, above = false) {
  const anchor = useRef<HTMLElement | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  const closedAt = useRef(0);
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
      else if (performance.now() - closedAt.current > 200) setOpen(true);
    },
    close: () => panel.current?.hidePopover(),
    onToggle: (event: { newState: string }) => {
      if (event.newState !== 'closed') return;
      closedAt.current = performance.now();
      setOpen(false);
    },
  };
}
