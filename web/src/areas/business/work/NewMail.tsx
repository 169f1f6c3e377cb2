import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import { usePropose } from './actions';
import { recipients } from './content';

/** A mail written by hand; it too is sent only after a yes. */
export function NewMail() {
  const t = useText();
  const b = useBusinessText();
  const propose = usePropose();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState('');
  const [subject, setSubject] = useState('');
  const [body, setBody] = useState('');
  const failure = isFailure(propose.error) ? propose.error : null;
  return (
    <>
      <Button icon="at" onClick={() => setOpen(true)}>
        {b.actions.write}
      </Button>
      <Dialog open={open} title={b.actions.write} onClose={() => setOpen(false)}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            propose.mutate(
              { kind: 'email.send', content: { to: recipients(to), subject, body } },
              {
                onSuccess: () => {
                  setOpen(false);
                  setTo('');
                  setSubject('');
                  setBody('');
                },
              },
            );
          }}
        >
          <Field label={b.actions.to} hint={b.actions.toHint} error={failure?.field('to')}>
            {(props) => (
              <input
                {...props}
                className="input"
                required
                value={to}
                onChange={(e) => setTo(e.target.value)}
              />
            )}
          </Field>
          <Field label={b.actions.subject} error={failure?.field('subject')}>
            {(props) => (
              <input
                {...props}
                className="input"
                required
                maxLength={200}
                value={subject}
                onChange={(e) => setSubject(e.target.value)}
              />
            )}
          </Field>
          <Field label={b.actions.body} error={failure?.field('body')}>
            {(props) => (
              <textarea
                {...props}
                className="input bbody"
                required
                value={body}
                onChange={(e) => setBody(e.target.value)}
              />
            )}
          </Field>
          {propose.error && <Notice look="danger">{describe(propose.error, t)}</Notice>}
          <div className="dialog-actions">
            <Button onClick={() => setOpen(false)}>{t.common.cancel}</Button>
            <Button type="submit" look="main" busy={propose.isPending}>
              {b.actions.review}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
