import { PageSection } from '@/app/PageSection';
import { SettingRow } from '@/app/SettingRow';
import { Segments } from '@/components/Segments';
import { useText } from '@/text';
import { setDeviceNotes, useDeviceNotes } from './deviceNotes';

/** Whether this browser may tell of what is new while the page is hidden. */
export function DeviceNotesSettings() {
  const t = useText();
  const s = t.rooms.settings;
  const state = useDeviceNotes();
  const hint = state === 'blocked' || state === 'missing' ? s[state] : s.desktopHint;
  return (
    <PageSection title={s.title}>
      <SettingRow label={s.desktop} hint={hint}>
        {state === 'on' || state === 'off' ? (
          <Segments
            label={s.desktop}
            value={state}
            options={[
              { value: 'on', label: s.on },
              { value: 'off', label: s.off },
            ]}
            onChange={(next) => void setDeviceNotes(next === 'on')}
          />
        ) : (
          <span className="chip">{s.off}</span>
        )}
      </SettingRow>
    </PageSection>
  );
}
