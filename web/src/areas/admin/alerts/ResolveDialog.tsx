import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useAdminText } from '../text';
import type { Alert } from '../types';
import { useResolve } from './alerts';

/** Settles an alert, with a note for whoever reads the trail later. */
export function ResolveDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const t = useText();
  const a = useAdminText();
  const resolve = useResolve();
  const [note, setNote] = useState('');
  const active = alert.responses.filter((r) => r.state === 'active').length;
  return (
    <Dialog open title={a.alerts.resolveTitle} onClose={onClose}>
      <p>{alert.title}</p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          resolve.mutate(
            { id: alert.id, note: note.trim() },
            {
              onSuccess: () => {
                toast(a.alerts.resolved);
                onClose();
              },
            },
          );
        }}
      >
        <Field label={a.alerts.note} hint={a.alerts.noteHint}>
          {(props) => (
            <textarea
              {...props}
              className="input"
              maxLength={1000}
              rows={3}
              value={note}
              onChange={(e) => setNote(e.target.value)}
            />
          )}
        </Field>
        {active > 0 && <Notice>{a.alerts.stillActive}</Notice>}
        {resolve.error && <Notice look="danger">{describe(resolve.error, t)}</Notice>}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="main" busy={resolve.isPending}>
            {a.alerts.resolve}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
