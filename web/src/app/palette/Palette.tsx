import { useEffect, useRef, useState } from 'react';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { overlays } from '../overlays';
import './palette.css';
import { PaletteFoot } from './PaletteFoot';
import { PaletteList } from './PaletteList';
import type { Row } from './row';
import { usePaletteRows } from './usePaletteRows';
import { useSearchText } from '@/areas/search/text';

/** Everything that can be found or done, by a few letters. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useText();
  const s = useSearchText();
  const [text, setText] = useState(overlays.words);
  const [caret, setCaret] = useState(text.length);
  // By name and not by place: what comes later does not move it.
  const [picked, setPicked] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const found = usePaletteRows(text, caret);
  const { rows } = found;
  const here = Math.max(
    0,
    rows.findIndex((row) => row.id === picked),
  );

  const write = (next: string) => {
    setText(next);
    setCaret(next.length);
    setPicked(null);
    input.current?.focus();
  };
  const run = (row: Row | undefined) => {
    if (!row) return;
    if (row.write !== undefined) return write(row.write);
    onClose();
    row.run?.();
  };

  useEffect(() => {
    input.current?.setSelectionRange(caret, caret);
    // Only where the palette begins.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const move = (to: number) => {
    const last = rows.length - 1;
    setPicked(rows[to < 0 ? last : to > last ? 0 : to]?.id ?? null);
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>) => {
    const { selectionStart, selectionEnd } = event.currentTarget;
    const walking = picked !== null || text === '';
    const act = (work: () => void) => {
      event.preventDefault();
      work();
    };
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') act(() => move(here + 1));
    else if (event.key === 'ArrowUp') act(() => move(here - 1));
    else if (event.key === 'PageDown') act(() => move(Math.min(here + 6, rows.length - 1)));
    else if (event.key === 'PageUp') act(() => move(Math.max(here - 6, 0)));
    else if (event.key === 'Home' && (walking || selectionEnd === 0)) act(() => move(0));
    else if (event.key === 'End' && (walking || selectionStart === text.length)) {
      act(() => move(rows.length - 1));
    } else if (event.key === 'Tab' && !event.shiftKey && rows[here]?.write !== undefined && text) {
      act(() => run(rows[here]));
    } else if (event.key === 'Enter') {
      const everything = (event.metaKey || event.ctrlKey) && found.wanted;
      act(() => run(everything ? found.all : rows[here]));
    }
  };

  const said = found.wanted && !found.busy ? s.results(found.found) : '';
  return (
    <Dialog open bare title={t.palette.title} className="palette" onClose={onClose}>
      <div className="palette-search" data-busy={found.busy || undefined}>
        <Icon name="search" size={18} />
        <input
          ref={input}
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={rows[here] ? `palette-${here}` : undefined}
          aria-label={t.palette.title}
          placeholder={t.palette.placeholder}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart ?? event.target.value.length);
            setPicked(null);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? text.length)}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="palette-close" onClick={onClose}>
          <kbd>Esc</kbd>
          <Icon name="close" size={20} />
          <span className="unseen">{t.common.close}</span>
        </button>
      </div>
      <PaletteList {...found} here={here} text={text.trim()} onPoint={setPicked} onRun={run} />
      <PaletteFoot
        hints={found.hints}
        degraded={found.degraded !== null}
        onWrite={(words) => write(text.trim() === '?' ? words : text + words)}
      />
      <div className="unseen" role="status">
        {said}
      </div>
    </Dialog>
  );
}
