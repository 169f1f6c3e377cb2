import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Thread } from '@/api/contract';
import { Field } from '@/components/Field';
import { useBusinessText } from '../text';
import { textOf } from './content';
import type { StepInput } from './StepForm';

/** A message in a conversation. */
export function PostStep({ input, onInput }: StepInput) {
  const b = useBusinessText();
  const threads = useQuery({
    queryKey: ['threads', 'choice'],
    queryFn: ({ signal }) => api.get<Thread[]>('/threads', { limit: 50 }, signal),
    staleTime: 30_000,
  });
  const list = threads.data ?? [];
  const id = textOf(input, 'thread_id');
  return (
    <>
      <Field label={b.flows.thread}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={id}
            onChange={(e) => onInput({ thread_id: e.target.value })}
          >
            <option value="">{b.connect.choose}</option>
            {id && !list.some((thread) => thread.id === id) && <option value={id}>{id}</option>}
            {list.map((thread) => (
              <option key={thread.id} value={thread.id}>
                {thread.title ?? b.flows.untitled}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={b.flows.text} hint={b.flows.placeholders}>
        {(props) => (
          <textarea
            {...props}
            className="input"
            value={textOf(input, 'text')}
            onChange={(e) => onInput({ text: e.target.value })}
          />
        )}
      </Field>
    </>
  );
}
