import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { NewTask } from './NewTask';
import { TaskItem } from './TaskItem';
import { inOrder, useDropTask, useTasks } from './tasks';
import './work.css';

/** What is to be done, by people. */
export function TasksPage() {
  const t = useText();
  const b = useBusinessText();
  const me = useMe();
  const tasks = useTasks();
  const drop = useDropTask();
  const [mine, setMine] = useState(false);
  const acts = may(me, 'business.act');
  const all = (tasks.data ?? []).filter((task) => !mine || task.assignee_id === me.user.id);
  const { open, done } = inOrder(all);
  const onDrop = (id: string) =>
    drop.mutate(id, { onError: (error) => void toast(describe(error, t)) });
  return (
    <BusinessFrame
      title={b.tabs.tasks}
      tools={
        <label className="bcheck">
          <input type="checkbox" checked={mine} onChange={(e) => setMine(e.target.checked)} />
          {b.tasks.mine}
        </label>
      }
    >
      {acts && <NewTask />}
      {tasks.isPending && <Bones lines={5} height={36} />}
      {tasks.error && !tasks.data && (
        <LoadError error={tasks.error} onRetry={() => void tasks.refetch()} />
      )}
      {tasks.data && open.length === 0 && <p className="bnothing">{b.tasks.none}</p>}
      <ul className="btasks">
        {open.map((task) => (
          <TaskItem key={task.id} task={task} acts={acts} onDrop={() => onDrop(task.id)} />
        ))}
      </ul>
      {done.length > 0 && (
        <PageSection title={b.tasks.done(done.length)}>
          <ul className="btasks">
            {done.slice(0, 50).map((task) => (
              <TaskItem key={task.id} task={task} acts={acts} onDrop={() => onDrop(task.id)} />
            ))}
          </ul>
        </PageSection>
      )}
    </BusinessFrame>
  );
}
