import { useId, useLayoutEffect, useRef, useState } from 'react';
import { useFilesText } from '@/text/files';
import type { Source } from '../contract';
import { FileFace } from '../FileFace';
import { FileLink } from '../FileLink';
import './citations.css';
import { passageCell } from './passage';

const WAIT_MS = 180;
const GAP = 6;

export function showPassage(source: Source): void {
  const { file_id: fileId, page, snippet } = source;
  passageCell.set(snippet ? { fileId, page, snippet } : null);
}

/** The number of a source in an answer: what it says at a glance, and the place itself at a click. */
export function Cite({ source }: { source: Source }) {
  const t = useFilesText();
  const id = useId();
  const anchor = useRef<HTMLAnchorElement>(null);
  const card = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [open, setOpen] = useState(false);
  const { n, name, page, snippet, file_id } = source;

  useLayoutEffect(() => {
    const element = card.current;
    const link = anchor.current;
    if (!open || !element || !link) return;
    if (!element.matches(':popover-open')) element.showPopover();
    const at = link.getBoundingClientRect();
    const left = Math.min(at.left - 12, innerWidth - element.offsetWidth - 8);
    const over = at.top - GAP - element.offsetHeight;
    element.style.left = `${Math.max(8, left)}px`;
    element.style.top = `${over > 8 ? over : at.bottom + GAP}px`;
    const close = () => setOpen(false);
    addEventListener('scroll', close, { capture: true, once: true });
    return () => removeEventListener('scroll', close, { capture: true });
  }, [open]);

  const soon = (event: React.PointerEvent) => {
    if (event.pointerType === 'touch') return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(true), WAIT_MS);
  };
  const away = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };

  return (
    <span
      className="cite-place"
      onPointerEnter={soon}
      onPointerLeave={away}
      onFocus={(event) => event.target.matches(':focus-visible') && setOpen(true)}
      onBlur={away}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          away();
        }
      }}
    >
      <FileLink
        ref={anchor}
        fileId={file_id}
        page={page}
        className="cite"
        label={t.sources.source(n, name, page)}
        onClick={() => {
          away();
          showPassage(source);
        }}
      >
        {n}
      </FileLink>
      {open && (
        <span ref={card} id={id} className="cite-card" role="tooltip" popover="manual">
          <span className="cite-card-head">
            <FileFace name={name} type="" size="small" />
            <strong>{name}</strong>
            {page !== null && <span>{t.sources.page(page)}</span>}
          </span>
          {snippet && <span className="cite-card-words">{snippet}</span>}
        </span>
      )}
    </span>
  );
}
