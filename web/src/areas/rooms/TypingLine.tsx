import { useTyping } from '@/live/typing';
import { useText } from '@/text';
import type { Person } from './members';

/** Who is writing right now. Its place is kept, so that nothing moves when somebody begins. */
export function TypingLine({ threadId, people }: { threadId: string; people: Person[] }) {
  const t = useText();
  const w = t.rooms.compose.writing;
  const writers = useTyping(threadId);
  const names = writers
    .map((id) => people.find((p) => p.id === id)?.full_name.split(/\s+/)[0])
    .map((name) => name ?? t.rooms.people.someone);
  const [first, second] = names;
  let said = '';
  if (names.length > 2) said = w.many;
  else if (first && second) said = w.two(first, second);
  else if (first) said = w.one(first);
  return (
    <p className="typing-line">
      {said && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {said}
        </>
      )}
    </p>
  );
}
