import { Link } from '@tanstack/react-router';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import './alerts.css';
import { useAlertSettings } from './alerts';
import { AlertSettingsForm } from './AlertSettingsForm';

/** What is watched, and who is told. */
export function AlertSettingsPage() {
  const a = useAdminText();
  const settings = useAlertSettings();
  return (
    <AdminFrame
      page="alerts"
      lead={a.alerts.settingsLead}
      tools={
        <Link to="/admin/alerts" className="btn btn-line">
          <Icon name="left" size={17} />
          {a.alerts.back}
        </Link>
      }
    >
      {settings.isPending && <Bones lines={6} height={44} />}
      {settings.error && !settings.data && (
        <LoadError error={settings.error} onRetry={() => void settings.refetch()} />
      )}
      {settings.data && <AlertSettingsForm settings={settings.data} />}
    </AdminFrame>
  );
}
