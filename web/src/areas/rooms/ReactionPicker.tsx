import { useEffect, useRef, useState } from 'react';
import type { Reaction } from '@/api/contract';
import { Button } from '@/components/Button';
import { useText } from '@/text';
import { FREQUENT, hasReacted, oneEmoji } from './reactions';

const COLUMNS = 6;

interface Props {
  reactions: Reaction[];
  me: string;
  onPick: (emoji: string) => void;
}

/** A few emoji that are most often meant, and a field for any other. */
export function ReactionPicker({ reactions, me, onPick }: Props) {
  const t = useText();
  const grid = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);

  useEffect(() => {
    grid.current?.querySelector('button')?.focus();
  }, []);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step === undefined) return;
    const all = [...(grid.current?.querySelectorAll('button') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    event.preventDefault();
    all[at + step]?.focus();
  };
  const use = () => {
    const emoji = oneEmoji(typed);
    if (emoji) onPick(emoji);
    else setWrong(true);
  };

  return (
    <div className="reaction-picker">
      <div
        ref={grid}
        className="reaction-grid"
        role="group"
        aria-label={t.rooms.reactions.pick}
        onKeyDown={onKeyDown}
      >
        {FREQUENT.map((emoji) => (
          <button
            key={emoji}
            type="button"
            className="emoji"
            aria-label={emoji}
            aria-pressed={hasReacted(reactions, emoji, me)}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      <form
        className="reaction-any"
        onSubmit={(event) => {
          event.preventDefault();
          use();
        }}
      >
        <input
          className="input"
          aria-label={t.rooms.reactions.any}
          aria-invalid={wrong || undefined}
          placeholder={wrong ? t.rooms.reactions.notEmoji : t.rooms.reactions.anyHint}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(false);
          }}
        />
        <Button type="submit" small disabled={typed.trim() === ''}>
          {t.rooms.reactions.use}
        </Button>
      </form>
    </div>
  );
}
