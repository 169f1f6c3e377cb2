import { useState } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Action } from '../types';
import { ActionContent } from './ActionContent';
import { ActionEdit } from './ActionEdit';
import { useAction, useCancel, useConfirm } from './actions';
import { ready } from './content';
import { UndoAction } from './UndoAction';
import './work.css';

const ICONS = {
  'email.send': 'at',
  'email.draft': 'pencil',
  'task.create': 'checks',
  'workflow.run': 'branch',
  'connector.sync': 'refresh',
  'schedule.create': 'clock',
} as const;

const LOOK: Partial<Record<Action['state'], string>> = {
  done: 'chip-good',
  failed: 'chip-danger',
  proposed: 'chip-warn',
  waiting: 'chip-accent',
  confirmed: 'chip-accent',
};

/** Something to be done: what exactly, and the yes or no to it. */
export function ActionCard({ action: given }: { action: Action }) {
  const t = useText();
  const b = useBusinessText();
  const me = useMe();
  const action = useAction(given);
  const confirm = useConfirm();
  const cancel = useCancel();
  const [editing, setEditing] = useState(false);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { state, warnings } = action;
  const open = state === 'proposed';
  const acts = may(me, 'business.act');
  const error = confirm.error ?? cancel.error;
  const tick = (warning: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(warning);
    else next.delete(warning);
    setTicked(next);
  };
  return (
    <article className="baction" data-open={open || undefined} aria-label={action.title}>
      <header>
        <Icon name={ICONS[action.kind]} size={17} />
        <h3>{action.title}</h3>
        <span className={`chip ${LOOK[state] ?? ''}`}>{b.actions.states[state]}</span>
      </header>
      {editing && open ? (
        <ActionEdit
          action={action}
          onDone={() => {
            setEditing(false);
            setTicked(new Set());
          }}
        />
      ) : (
        <ActionContent action={action} />
      )}
      {action.error && <p className="brun-error">{action.error}</p>}
      {open && !editing && acts && (
        <>
          {warnings.map((warning) => (
            <label key={warning} className="bwarning">
              <input
                type="checkbox"
                checked={ticked.has(warning)}
                onChange={(e) => tick(warning, e.target.checked)}
              />
              <span>{warning}</span>
            </label>
          ))}
          <div className="form-end">
            <Button
              look="main"
              icon="check"
              busy={confirm.isPending}
              disabled={!ready(warnings, ticked)}
              onClick={() => confirm.mutate(action)}
            >
              {b.actions.yes[action.kind]}
            </Button>
            <Button icon="pencil" onClick={() => setEditing(true)}>
              {b.actions.edit}
            </Button>
            <Button look="quiet" busy={cancel.isPending} onClick={() => cancel.mutate(action.id)}>
              {b.actions.no}
            </Button>
          </div>
          {action.expires_at && (
            <p className="quiet">{b.actions.expires(dateTime(action.expires_at))}</p>
          )}
        </>
      )}
      {open && !acts && <p className="quiet">{b.actions.notYou}</p>}
      {error && <Notice look="danger">{describe(error, t)}</Notice>}
      <UndoAction action={action} />
    </article>
  );
}
