import { useMe } from '@/areas/identity/session';
import { useMembers } from '@/areas/identity/workspaces';
import { useAdminText } from '../text';

/** What people call somebody of the workspace, by their id. */
export function useNameOf(): (id: string) => string {
  const a = useAdminText();
  const me = useMe();
  const members = useMembers().data;
  return (id) =>
    id === me.user.id
      ? me.user.full_name
      : (members?.find((m) => m.user_id === id)?.full_name ?? a.alerts.somebody);
}
