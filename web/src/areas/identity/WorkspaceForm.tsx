import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { SettingRow } from '@/app/SettingRow';
import type { Workspace } from '@/api/contract';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { usePatchWorkspace, useWorkspace } from './workspaces';

export function WorkspaceForm({ locked }: { locked: boolean }) {
  const t = useText();
  const workspace = useWorkspace();
  return (
    <PageSection
      title={t.workspace.general}
      action={
        workspace.data && <span className="chip">{t.workspace.plans[workspace.data.plan]}</span>
      }
    >
      {workspace.isPending && <Bones lines={4} height={32} />}
      {workspace.error && (
        <LoadError error={workspace.error} onRetry={() => void workspace.refetch()} />
      )}
      {workspace.data && (
        <Form key={workspace.data.id} workspace={workspace.data} locked={locked} />
      )}
    </PageSection>
  );
}

function Form({ workspace, locked }: { workspace: Workspace; locked: boolean }) {
  const t = useText();
  const w = t.workspace;
  const [name, setName] = useState(workspace.name);
  const [style, setStyle] = useState(workspace.style ?? '');
  const [prompt, setPrompt] = useState(workspace.system_prompt ?? '');
  const patch = usePatchWorkspace();
  const onError = (error: unknown) => toast(describe(error, t));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        patch.mutate(
          { name: name.trim(), style: style.trim() || null, system_prompt: prompt.trim() || null },
          { onError, onSuccess: () => toast(t.common.saved) },
        );
      }}
    >
      <Field label={w.name}>
        {(props) => (
          <input
            {...props}
            className="input"
            required
            maxLength={120}
            disabled={locked}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
      {!locked && (
        <SettingRow label={t.settings.defaultModel}>
          <ModelPicker
            value={workspace.default_model ?? 'auto'}
            onChange={(default_model) => patch.mutate({ default_model }, { onError })}
          />
        </SettingRow>
      )}
      <Field label={w.style} hint={w.styleHint}>
        {(props) => (
          <textarea
            {...props}
            className="input"
            maxLength={8000}
            disabled={locked}
            value={style}
            onChange={(e) => setStyle(e.target.value)}
          />
        )}
      </Field>
      <Field label={w.systemPrompt} hint={w.systemPromptHint}>
        {(props) => (
          <textarea
            {...props}
            className="input"
            maxLength={20000}
            disabled={locked}
            value={prompt}
            onChange={(e) => setPrompt(e.target.value)}
          />
        )}
      </Field>
      {!locked && (
        <div className="form-end">
          <Button type="submit" look="main" busy={patch.isPending}>
            {t.common.save}
          </Button>
        </div>
      )}
    </form>
  );
}
