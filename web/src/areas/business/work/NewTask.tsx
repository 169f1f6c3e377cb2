import { useState } from 'react';
import { Icon } from '@/components/Icon';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import { useAddTask } from './tasks';

/** A line to write a task into; Enter adds it, and the next can be written. */
export function NewTask() {
  const t = useText();
  const b = useBusinessText();
  const add = useAddTask();
  const [title, setTitle] = useState('');
  return (
    <form
      className="bnewtask"
      onSubmit={(event) => {
        event.preventDefault();
        const words = title.trim();
        if (!words) return;
        setTitle('');
        add.mutate({ title: words }, { onError: () => setTitle((now) => now || words) });
      }}
    >
      <Icon name="plus" size={18} />
      <input
        aria-label={b.tasks.add}
        placeholder={b.tasks.placeholder}
        maxLength={300}
        enterKeyHint="done"
        value={title}
        onChange={(e) => setTitle(e.target.value)}
      />
      {add.error && <Notice look="danger">{describe(add.error, t)}</Notice>}
    </form>
  );
}
