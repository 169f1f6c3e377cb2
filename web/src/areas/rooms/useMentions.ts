import type { RefObject } from 'react';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { Candidate } from './candidates';
import { offered } from './candidates';
import type { MentionQuery } from './mentions';
import { completed, mentionAt } from './mentions';

interface Options {
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  candidates: Candidate[];
  onText: (text: string) => void;
}

/** What is offered while an `@` is being typed, and the keys that choose from it. */
export function useMentions({ area, text, candidates, onText }: Options) {
  const id = useId();
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const caret = useRef<number | null>(null);

  // Once the completed text is in the field, the caret goes behind the name.
  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [text, area]);

  const active = query !== null && query.start !== dismissed ? query : null;
  const items = active ? offered(candidates, active.query) : [];
  const open = items.length > 0;
  const index = Math.min(at, items.length - 1);

  const pick = (candidate: Candidate) => {
    if (!active) return;
    const next = completed(text, active, candidate.insert);
    caret.current = next.caret;
    setQuery(null);
    setDismissed(active.start);
    onText(next.text);
    area.current?.focus();
  };

  return {
    id,
    open,
    items,
    index,
    /** An `@` has been typed at some time: what is only needed for it may be loaded. */
    begun: query !== null,
    setIndex: setAt,
    pick,
    /** After each change of the text or the caret. */
    sync: () => {
      const element = area.current;
      if (!element) return;
      const { selectionStart, selectionEnd, value } = element;
      const next = selectionStart === selectionEnd ? mentionAt(value, selectionStart) : null;
      if (next?.start === query?.start && next?.query === query?.query) return;
      setQuery(next);
      setAt(0);
      if (next?.start !== dismissed) setDismissed(null);
    },
    close: () => setQuery(null),
    /** Answers true when the key was for the list. */
    onKeyDown: (event: React.KeyboardEvent): boolean => {
      if (!open || event.nativeEvent.isComposing) return false;
      const item = items[index];
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setAt((index + step + items.length) % items.length);
      } else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && item) {
        pick(item);
      } else if (event.key === 'Escape') setDismissed(active?.start ?? null);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    /** What makes the field a combobox while the list is open; else it is a plain text field. */
    fieldProps: open
      ? ({
          role: 'combobox',
          'aria-expanded': true,
          'aria-autocomplete': 'list',
          'aria-haspopup': 'listbox',
          'aria-controls': id,
          'aria-activedescendant': `${id}-${index}`,
          'aria-multiline': undefined,
        } as const)
      : {},
  };
}

export type Mentions = ReturnType<typeof useMentions>;
