import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useAdminText } from '../text';
import type { AlertSettings } from '../types';
import { useSaveAlertSettings } from './alerts';
import { RuleRow } from './RuleRow';
import { changeOf, draftOf, thresholdOf } from './settingsChange';

export function AlertSettingsForm({ settings }: { settings: AlertSettings }) {
  const t = useText();
  const s = useAdminText().alerts;
  const save = useSaveAlertSettings();
  const [draft, setDraft] = useState(() => draftOf(settings));
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const patch = changeOf(settings, draft);
  const wrong = draft.rules.some((rule) => thresholdOf(rule.threshold) === null);
  const failure = isFailure(save.error) ? save.error : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!patch) return;
        save.mutate(patch, {
          onSuccess: (saved) => {
            setDraft(draftOf(saved));
            toast(t.common.saved);
          },
        });
      }}
    >
      <PageSection title={s.told} hint={s.toldHint}>
        <div className="stack admin-narrow">
          <Field label={s.mail} hint={s.mailHint} error={failure?.field('mail_to')}>
            {(props) => (
              <input
                {...props}
                className="input"
                inputMode="email"
                autoComplete="off"
                placeholder="ops@example.org"
                value={draft.mail}
                onChange={(e) => set({ mail: e.target.value })}
              />
            )}
          </Field>
          <Field label={s.webhook} hint={s.webhookHint} error={failure?.field('webhook_url')}>
            {(props) => (
              <input
                {...props}
                className="input"
                type="url"
                autoComplete="off"
                placeholder="https://example.org/alerts"
                value={draft.webhook}
                onChange={(e) => set({ webhook: e.target.value })}
              />
            )}
          </Field>
          <Field
            label={s.secret}
            hint={settings.webhook_secret_set ? s.secretSet : s.secretHint}
            error={failure?.field('webhook_secret')}
          >
            {(props) => (
              <input
                {...props}
                className="input"
                type="password"
                autoComplete="new-password"
                placeholder={settings.webhook_secret_set ? '••••••••' : ''}
                value={draft.secret}
                onChange={(e) => set({ secret: e.target.value })}
              />
            )}
          </Field>
        </div>
      </PageSection>
      <PageSection title={s.rules} hint={s.rulesHint}>
        <ul className="arules">
          {settings.rules.map((rule) => {
            const own = draft.rules.find((r) => r.kind === rule.kind);
            return (
              own && (
                <RuleRow
                  key={rule.kind}
                  rule={rule}
                  draft={own}
                  onChange={(next) =>
                    set({ rules: draft.rules.map((r) => (r.kind === rule.kind ? next : r)) })
                  }
                />
              )
            );
          })}
        </ul>
      </PageSection>
      {save.error && <Notice look="danger">{describe(save.error, t)}</Notice>}
      <div className="admin-save">
        <Button type="submit" look="main" busy={save.isPending} disabled={!patch || wrong}>
          {t.common.save}
        </Button>
        {patch && <span className="quiet">{s.unsaved}</span>}
      </div>
    </form>
  );
}
