import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { useAllWorkspaces } from './workspaces';
import { WorkspaceTable } from './WorkspaceTable';

/** Every workspace of the installation, how large it is and what it costs. */
export function WorkspacesPage() {
  const a = useAdminText();
  return (
    <AdminFrame page="workspaces" lead={a.workspaces.lead}>
      <WorkspaceList />
    </AdminFrame>
  );
}

function WorkspaceList() {
  const a = useAdminText();
  const found = useAllWorkspaces();
  const rows = found.data?.pages.flatMap((page) => page.data) ?? [];
  if (found.isPending) return <Bones lines={6} height={40} />;
  if (found.error && !found.data) {
    return <LoadError error={found.error} onRetry={() => void found.refetch()} />;
  }
  return (
    <div className="stack">
      {rows.length === 0 ? (
        <p className="quiet">{a.workspaces.none}</p>
      ) : (
        <WorkspaceTable rows={rows} />
      )}
      {found.hasNextPage && (
        <div>
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {a.more}
          </Button>
        </div>
      )}
    </div>
  );
}
