import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { useAdminText } from '../text';
import type { PersonRow } from '../types';
import { useOpenThread, useWithheldThreads } from './people';

/** Shorter is no reason. */
const LEAST = 10;

/** Opens one of somebody's threads for a stated reason, which they are told. */
export function OpenThread({ person, onClose }: { person: PersonRow; onClose: () => void }) {
  const t = useText();
  const a = useAdminText();
  const p = a.people;
  const navigate = useNavigate();
  const threads = useWithheldThreads(person.id);
  const open = useOpenThread();
  const [id, setId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const ready = id !== null && reason.trim().length >= LEAST;
  return (
    <Dialog open title={p.openTitle(person.full_name)} onClose={onClose}>
      <Notice look="warn">{p.openText(person.full_name)}</Notice>
      {threads.isPending && <Bones lines={3} height={36} />}
      {threads.error && <LoadError error={threads.error} onRetry={() => void threads.refetch()} />}
      {threads.data?.length === 0 && <p className="quiet">{p.noThreads}</p>}
      {threads.data && threads.data.length > 0 && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (id === null) return;
            open.mutate(
              { id, reason: reason.trim() },
              {
                onSuccess: (grant) => {
                  toast(p.opened(dateTime(grant.expires_at)));
                  onClose();
                  void navigate({ to: '/c/$threadId', params: { threadId: id } });
                },
              },
            );
          }}
        >
          <fieldset className="athreads">
            <legend className="field-label">{p.whichThread}</legend>
            {threads.data.map((thread) => (
              <label key={thread.id}>
                <input
                  type="radio"
                  name="thread"
                  checked={id === thread.id}
                  onChange={() => setId(thread.id)}
                />
                <span>{p.thread(dateTime(thread.last_message_at), thread.messages)}</span>
              </label>
            ))}
          </fieldset>
          <Field label={p.reason} hint={p.reasonHint}>
            {(props) => (
              <input
                {...props}
                className="input"
                autoComplete="off"
                maxLength={500}
                value={reason}
                onChange={(e) => setReason(e.target.value)}
              />
            )}
          </Field>
          {open.error && <Notice look="danger">{describe(open.error, t)}</Notice>}
          <div className="dialog-actions">
            <Button onClick={onClose}>{t.common.cancel}</Button>
            <Button type="submit" look="main" disabled={!ready} busy={open.isPending}>
              {p.openForHour}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
