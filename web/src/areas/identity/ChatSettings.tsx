import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { SettingRow } from '@/app/SettingRow';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useChangeSettings, useSettings } from './settings';

export function ChatSettings() {
  const t = useText();
  const s = t.settings;
  const values = useSettings();
  const change = useChangeSettings();
  const [text, setText] = useState(values.instructions ?? '');
  const failed = { onError: (error: unknown) => toast(describe(error, t)) };
  const kept = text.trim() === (values.instructions ?? '');

  return (
    <PageSection title={s.chat}>
      <SettingRow label={s.sendKey}>
        <Segments
          label={s.sendKey}
          value={values.send_key ?? 'enter'}
          options={[
            { value: 'enter', label: s.sendKeys.enter },
            { value: 'mod_enter', label: s.sendKeys.mod_enter },
          ]}
          onChange={(send_key) => change.mutate({ send_key }, failed)}
        />
      </SettingRow>
      <SettingRow label={s.defaultModel}>
        <ModelPicker
          value={values.default_model ?? 'auto'}
          onChange={(default_model) => change.mutate({ default_model }, failed)}
        />
      </SettingRow>
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            { instructions: text.trim() || null },
            { ...failed, onSuccess: () => toast(t.common.saved) },
          );
        }}
      >
        <Field label={s.instructions} hint={s.instructionsHint}>
          {(props) => (
            <textarea
              {...props}
              className="input"
              maxLength={8000}
              placeholder={s.instructionsPlaceholder}
              value={text}
              onChange={(e) => setText(e.target.value)}
            />
          )}
        </Field>
        <div className="form-end">
          <Button type="submit" disabled={kept} busy={change.isPending}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </PageSection>
  );
}
