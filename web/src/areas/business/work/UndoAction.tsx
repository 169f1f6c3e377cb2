import { may, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Action } from '../types';
import { useUndo } from './actions';
import { useSecondsLeft } from './useSecondsLeft';

const COUNTED = 90;

function isHeld(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'held' in result && result.held === true;
}

/** Takes back what was done, while that is possible; a mail that waits counts down. */
export function UndoAction({ action }: { action: Action }) {
  const t = useText();
  const b = useBusinessText();
  const me = useMe();
  const undo = useUndo();
  const left = useSecondsLeft(action.undo_until);
  // What waits can be taken back for as long as it waits.
  const waits = action.state === 'waiting';
  const undoable = waits || (['confirmed', 'done'].includes(action.state) && left > 0);
  const held = waits && isHeld(action.result);
  if ((!undoable && !undo.error) || !may(me, 'business.act')) return null;
  const sends = action.kind === 'email.send';
  return (
    <div className="bundo">
      {undoable && (
        <>
          <span className="tabular" role="timer">
            {held && left === 0
              ? b.actions.held
              : left === 0
                ? b.actions.soon
                : left <= COUNTED
                  ? sends
                    ? b.actions.sendsIn(left)
                    : b.actions.undoIn(left)
                  : b.actions.undoUntil(dateTime(action.undo_until ?? ''))}
          </span>
          <Button small icon="reply" busy={undo.isPending} onClick={() => undo.mutate(action.id)}>
            {sends ? b.actions.undoSend : b.actions.undo}
          </Button>
        </>
      )}
      {undo.error && <Notice look="danger">{describe(undo.error, t)}</Notice>}
    </div>
  );
}
