import { PageSection } from '@/app/PageSection';
import { SettingRow } from '@/app/SettingRow';
import type { SettingValues } from '@/api/contract';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { LANGUAGES, useText } from '@/text';
import { describe } from '@/text/failures';
import { TextSize } from './TextSize';
import { useChangeSettings, useSettings } from './settings';

/** How the page looks; every change shows at once. */
export function AppearanceSettings() {
  const t = useText();
  const s = t.settings;
  const values = useSettings();
  const { mutate } = useChangeSettings();
  const change = (v: SettingValues) => mutate(v, { onError: (error) => toast(describe(error, t)) });
  const options = <T extends string>(labels: Record<T, string>) =>
    (Object.keys(labels) as T[]).map((value) => ({ value, label: labels[value] }));

  return (
    <PageSection title={s.look}>
      <SettingRow label={s.theme}>
        <Segments
          label={s.theme}
          value={values.theme ?? 'system'}
          options={options(s.themes)}
          onChange={(theme) => change({ theme })}
        />
      </SettingRow>
      <SettingRow label={s.font}>
        <Segments
          label={s.font}
          value={values.font ?? 'sans'}
          options={options(s.fonts)}
          onChange={(font) => change({ font })}
        />
      </SettingRow>
      <SettingRow label={s.textSize}>
        <TextSize value={values.text_size ?? 1} onChange={(text_size) => change({ text_size })} />
      </SettingRow>
      <SettingRow label={s.density}>
        <Segments
          label={s.density}
          value={values.density ?? 'cozy'}
          options={options(s.densities)}
          onChange={(density) => change({ density })}
        />
      </SettingRow>
      <p className="sample">{s.sample}</p>
      <SettingRow label={s.language}>
        <select
          className="input"
          aria-label={s.language}
          value={values.language ?? ''}
          onChange={(e) => change({ language: e.target.value || null })}
        >
          <option value="">{s.languages.system}</option>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </SettingRow>
    </PageSection>
  );
}
