import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useWorkspacePeople } from '@/areas/rooms/members';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import { todayIn } from '../metrics/periods';
import type { Task } from '../types';
import { useChangeTask } from './tasks';

/** A task in its line: ticked, named, dated, given to somebody. */
export function TaskItem({
  task,
  acts,
  onDrop,
}: {
  task: Task;
  acts: boolean;
  onDrop: () => void;
}) {
  const t = useText();
  const b = useBusinessText();
  const people = useWorkspacePeople(true);
  const change = useChangeTask();
  const [title, setTitle] = useState<string | null>(null);
  const set = (part: Parameters<typeof change.mutate>[0]['change']) =>
    change.mutate(
      { id: task.id, change: part },
      { onError: (error) => void toast(describe(error, t)) },
    );
  const late = task.state === 'open' && task.due_on !== null && task.due_on < todayIn(undefined);
  const rename = () => {
    const words = title?.trim();
    if (words && words !== task.title) set({ title: words });
    setTitle(null);
  };
  return (
    <li className="btask" data-done={task.state === 'done' || undefined}>
      <input
        type="checkbox"
        className="btask-tick"
        aria-label={b.tasks.tick(task.title)}
        checked={task.state === 'done'}
        disabled={!acts}
        onChange={(e) => set({ state: e.target.checked ? 'done' : 'open' })}
      />
      <div className="btask-words">
        <input
          className="btask-title"
          aria-label={b.tasks.titleOf(task.title)}
          readOnly={!acts}
          maxLength={300}
          value={title ?? task.title}
          onChange={(e) => setTitle(e.target.value)}
          onBlur={rename}
          onKeyDown={(e) => {
            if (e.key === 'Enter') e.currentTarget.blur();
            if (e.key === 'Escape') setTitle(null);
          }}
        />
        {task.notes && <p className="quiet">{task.notes}</p>}
        {task.source?.thread_id && (
          <Link to="/c/$threadId" params={{ threadId: task.source.thread_id }} className="quiet">
            {b.tasks.from}
          </Link>
        )}
      </div>
      <input
        type="date"
        className="btask-due"
        data-late={late || undefined}
        data-empty={task.due_on === null || undefined}
        aria-label={b.tasks.due(task.title)}
        disabled={!acts}
        value={task.due_on ?? ''}
        onChange={(e) => set({ due_on: e.target.value || null })}
      />
      <select
        className="btask-who"
        aria-label={b.tasks.who(task.title)}
        disabled={!acts}
        value={task.assignee_id ?? ''}
        onChange={(e) => set({ assignee_id: e.target.value || null })}
      >
        <option value="">{b.tasks.nobody}</option>
        {people.map((p) => (
          <option key={p.user_id} value={p.user_id}>
            {p.full_name}
          </option>
        ))}
      </select>
      {acts && (
        <IconButton small icon="trash" label={b.tasks.remove(task.title)} onClick={onDrop} />
      )}
    </li>
  );
}
