import { PageSection } from '@/app/PageSection';
import { SettingRow } from '@/app/SettingRow';
import type { SettingValues } from '@/api/contract';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { LANGUAGES, useText } from '@/text';
import { describe } from '@/text/failures';
import { useChangeSettings, useSettings } from './settings';

const MIN = 0.9;
const MAX = 1.25;

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
        <span aria-hidden="true" style={{ fontSize: 13 }}>
          A
        </span>
        <input
          className="range"
          type="range"
          min={MIN}
          max={MAX}
          step={0.05}
          aria-label={s.textSize}
          aria-valuetext={`${Math.round((values.text_size ?? 1) * 100)} %`}
          value={values.text_size ?? 1}
          onChange={(e) => change({ text_size: Number(e.target.value) })}
        />
        <span aria-hidden="true" style={{ fontSize: 19 }}>
          A
        </span>
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
