import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { refreshSecurity } from './security/useSecurity';
import { useSignInWords } from './words';

export function PasswordSettings({ hasPassword }: { hasPassword: boolean }) {
  const t = useText();
  const w = useSignInWords();
  const s = t.settings;
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () =>
      api.post('/auth/password', {
        ...(hasPassword && { current_password: current }),
        new_password: next,
      }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast(s.passwordChanged);
      void refreshSecurity();
    },
  });
  const failure = isFailure(change.error) ? change.error : null;
  const atField = failure?.details.some((d) => d.field);
  return (
    <PageSection title={s.password} hint={hasPassword ? undefined : w.noPassword}>
      {change.error && !atField && <Notice look="danger">{describe(change.error, t)}</Notice>}
      <form
        className="form-row"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {hasPassword && (
          <Field label={s.passwordCurrent} error={failure?.field('current_password')}>
            {(props) => (
              <input
                {...props}
                className="input"
                type="password"
                autoComplete="current-password"
                required
                value={current}
                onChange={(e) => setCurrent(e.target.value)}
              />
            )}
          </Field>
        )}
        <Field label={s.passwordNew} error={failure?.field('new_password')}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="password"
              autoComplete="new-password"
              required
              minLength={10}
              maxLength={200}
              value={next}
              onChange={(e) => setNext(e.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={change.isPending}>
          {s.passwordChange}
        </Button>
      </form>
    </PageSection>
  );
}
