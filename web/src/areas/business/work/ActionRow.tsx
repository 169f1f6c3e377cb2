import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Action } from '../types';
import { ActionContent } from './ActionContent';
import { UndoAction } from './UndoAction';

/** Something that is over, with what it was. */
export function ActionRow({ action }: { action: Action }) {
  const b = useBusinessText();
  const look =
    action.state === 'done' ? 'chip-good' : action.state === 'failed' ? 'chip-danger' : '';
  return (
    <li>
      <details className="bhow">
        <summary>
          <span className="bpast-title">{action.title}</span>
          <span className={`chip ${look}`}>{b.actions.states[action.state]}</span>
          <time className="quiet" dateTime={action.created_at}>
            {dateTime(action.executed_at ?? action.created_at)}
          </time>
        </summary>
        <ActionContent action={action} />
        {action.error && <p className="brun-error">{action.error}</p>}
      </details>
      <UndoAction action={action} />
    </li>
  );
}
