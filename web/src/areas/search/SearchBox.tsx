import { useEffect, useRef } from 'react';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useSearchText } from './text';

interface Props {
  text: string;
  busy: boolean;
  onChange: (text: string) => void;
  onSubmit: () => void;
}

/** Where one types. The arrow down leads to what was found. */
export function SearchBox({ text, busy, onChange, onSubmit }: Props) {
  const s = useSearchText();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);
  return (
    <form
      role="search"
      className="search-box"
      data-busy={busy || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Icon name="search" size={19} />
      <input
        ref={input}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        placeholder={s.placeholder}
        aria-label={s.box}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text) onChange('');
        }}
      />
      {text && (
        <IconButton
          icon="close"
          label={s.clear}
          onClick={() => {
            onChange('');
            input.current?.focus();
          }}
        />
      )}
    </form>
  );
}
