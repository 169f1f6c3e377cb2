import { PageFrame } from '@/app/PageFrame';
import { DeviceNotesSettings } from '@/areas/rooms/DeviceNotesSettings';
import { useText } from '@/text';
import { AppearanceSettings } from './AppearanceSettings';
import { ChatSettings } from './ChatSettings';
import { ProfileSettings } from './ProfileSettings';
import { SecurityLink } from './security/SecurityLink';
import { TokenSettings } from './TokenSettings';

export function SettingsPage() {
  const t = useText();
  return (
    <PageFrame title={t.settings.title}>
      <AppearanceSettings />
      <ChatSettings />
      <DeviceNotesSettings />
      <ProfileSettings />
      <SecurityLink />
      <TokenSettings />
    </PageFrame>
  );
}
