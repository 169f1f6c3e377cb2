import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessSettings } from '../metrics/metrics';
import { useBusinessText } from '../text';
import { SettingsForm } from './SettingsForm';

/** How the workspace counts its days and its money. */
export function SettingsPage() {
  const b = useBusinessText();
  const manages = may(useMe(), 'business.manage');
  const settings = useBusinessSettings();
  return (
    <BusinessFrame title={b.tabs.settings} lead={b.settings.lead}>
      {!manages && <Notice icon="lock">{b.settings.readOnly}</Notice>}
      {settings.isPending && <Bones lines={6} height={40} />}
      {settings.error && !settings.data && (
        <LoadError error={settings.error} onRetry={() => void settings.refetch()} />
      )}
      {settings.data && <SettingsForm settings={settings.data} locked={!manages} />}
    </BusinessFrame>
  );
}
