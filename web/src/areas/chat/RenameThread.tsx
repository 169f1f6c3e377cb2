import { useState } from 'react';
import type { Thread } from '@/api/contract';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { usePatchThread } from './threads';

/** The title in place: Enter or leaving keeps it, Escape does not. */
export function RenameThread({ thread, onDone }: { thread: Thread; onDone: () => void }) {
  const t = useText();
  const patch = usePatchThread();
  const [title, setTitle] = useState(thread.title ?? '');
  const [given, setGiven] = useState(false);
  const save = () => {
    if (given) return;
    setGiven(true);
    const next = title.trim();
    if (next && next !== thread.title) {
      patch.mutate(
        { id: thread.id, patch: { title: next } },
        { onError: (error) => toast(describe(error, t)) },
      );
    }
    onDone();
  };
  return (
    <form
      className="thread-rename"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <input
        className="input"
        autoFocus
        maxLength={200}
        aria-label={t.threads.rename}
        value={title}
        onFocus={(e) => e.target.select()}
        onChange={(e) => setTitle(e.target.value)}
        onBlur={save}
        onKeyDown={(e) => {
          if (e.key !== 'Escape') return;
          e.stopPropagation();
          setGiven(true);
          onDone();
        }}
      />
    </form>
  );
}
