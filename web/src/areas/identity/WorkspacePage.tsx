import { PageFrame } from '@/app/PageFrame';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { InvitationList } from './InvitationList';
import { MemberList } from './MemberList';
import { NewWorkspace } from './NewWorkspace';
import { canManage, useMe } from './session';
import { WorkspaceForm } from './WorkspaceForm';

export function WorkspacePage() {
  const t = useText();
  const me = useMe();
  const manager = canManage(me);
  return (
    <PageFrame title={t.workspace.title} lead={me.workspace.name}>
      {!manager && <Notice icon="lock">{t.workspace.readOnly}</Notice>}
      <WorkspaceForm locked={!manager} />
      <MemberList locked={!manager} />
      {manager && <InvitationList />}
      <NewWorkspace />
    </PageFrame>
  );
}
