import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import type { Workspace } from '@/api/contract';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { switchWorkspace } from './session';

export function NewWorkspace() {
  const t = useText();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: async () => {
      const workspace = await api.post<Workspace>('/workspaces', { name: name.trim() });
      await switchWorkspace(workspace);
    },
    onError: (error) => toast(describe(error, t)),
  });
  return (
    <PageSection title={t.workspace.create} hint={t.workspace.createHint}>
      <form
        className="form-row"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label={t.workspace.name}>
          {(props) => (
            <input
              {...props}
              className="input"
              required
              maxLength={120}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={create.isPending}>
          {t.workspace.create}
        </Button>
      </form>
    </PageSection>
  );
}
