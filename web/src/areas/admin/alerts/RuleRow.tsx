import { useId } from 'react';
import { Switch } from '@/components/Switch';
import { useAdminText } from '../text';
import type { AlertRule } from '../types';
import type { SettingsDraft } from './settingsChange';
import { thresholdOf } from './settingsChange';

type RuleDraft = SettingsDraft['rules'][number];

interface Props {
  rule: AlertRule;
  draft: RuleDraft;
  onChange: (draft: RuleDraft) => void;
}

/** One thing that is watched: whether, from which number on, and whether something is done by itself. */
export function RuleRow({ rule, draft, onChange }: Props) {
  const s = useAdminText().alerts;
  const id = useId();
  const wrong = thresholdOf(draft.threshold) === null;
  return (
    <li className="arule" data-off={!draft.enabled || undefined}>
      <div className="arule-words">
        <strong>{rule.label}</strong>
        <p id={id}>{rule.help}</p>
      </div>
      <div className="arule-controls">
        <Switch
          on={draft.enabled}
          label={s.watch}
          of={rule.label}
          describedBy={id}
          onChange={(enabled) => onChange({ ...draft, enabled })}
        />
        <label className="arule-threshold">
          <span>
            {s.threshold}
            <span className="unseen">: {rule.label}</span>
          </span>
          <input
            className="input"
            inputMode="decimal"
            aria-invalid={wrong || undefined}
            disabled={!draft.enabled}
            value={draft.threshold}
            onChange={(e) => onChange({ ...draft, threshold: e.target.value })}
          />
        </label>
        {rule.responses.length > 0 && (
          <Switch
            on={draft.respond}
            label={s.respond}
            of={rule.label}
            disabled={!draft.enabled}
            onChange={(respond) => onChange({ ...draft, respond })}
          />
        )}
      </div>
    </li>
  );
}
