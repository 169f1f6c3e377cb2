import type { ReactNode } from 'react';
import { Logo } from '@/components/Logo';
import { useText } from '@/text';
import { composerFocus } from './composerFocus';

interface Props {
  name: string;
  onPick: (text: string) => void;
  children: ReactNode;
}

function partOfDay(hour: number): 'morning' | 'afternoon' | 'evening' {
  if (hour >= 5 && hour < 12) return 'morning';
  return hour >= 12 && hour < 18 ? 'afternoon' : 'evening';
}

/** The beginning of a conversation: a greeting, the composer, and a few ways to start. */
export function Greeting({ name, onPick, children }: Props) {
  const t = useText();
  const first = name.trim().split(/\s+/)[0] ?? '';
  return (
    <div className="greeting">
      <Logo size={44} />
      <h1>{t.chat.greeting[partOfDay(new Date().getHours())](first)}</h1>
      {children}
      <ul className="starters" aria-label={t.chat.startersLabel}>
        {t.chat.starters.map((starter) => (
          <li key={starter.title}>
            <button
              type="button"
              onClick={() => {
                onPick(starter.text);
                composerFocus.take();
              }}
            >
              {starter.title}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
