import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import type { User } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useMe } from './session';

export function ProfileSettings() {
  const t = useText();
  const me = useMe();
  const [name, setName] = useState(me.user.full_name);
  const save = useMutation({
    mutationFn: () => api.patch<User>('/auth/me', { full_name: name.trim() }),
    onSuccess: () => {
      toast(t.common.saved);
      return queryClient.invalidateQueries({ queryKey: keys.me });
    },
    onError: (error) => {
      if (!isFailure(error) || !error.field('full_name')) toast(describe(error, t));
    },
  });
  const failure = isFailure(save.error) ? save.error : null;
  return (
    <PageSection title={t.settings.profile}>
      <form
        className="form-row"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t.settings.name} error={failure?.field('full_name')}>
          {(props) => (
            <input
              {...props}
              className="input"
              autoComplete="name"
              required
              maxLength={120}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        <Field label={t.settings.email}>
          {(props) => <input {...props} className="input" value={me.user.email} readOnly />}
        </Field>
        <Button type="submit" disabled={name.trim() === me.user.full_name} busy={save.isPending}>
          {t.common.save}
        </Button>
      </form>
    </PageSection>
  );
}
