import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import type { Member, Role } from '@/api/contract';
import { Avatar } from '@/components/Avatar';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { InviteForm } from './InviteForm';
import { useMe } from './session';
import { useChangeRole, useMembers, useRemoveMember } from './workspaces';

const ROLES: Role[] = ['owner', 'admin', 'member', 'guest'];

export function MemberList({ locked }: { locked: boolean }) {
  const t = useText();
  const w = t.workspace;
  const me = useMe();
  const members = useMembers();
  const changeRole = useChangeRole();
  const remove = useRemoveMember();
  const [inviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const onError = (error: unknown) => toast(describe(error, t));
  return (
    <PageSection
      title={w.members}
      action={
        !locked && (
          <Button small icon="plus" onClick={() => setInviting(true)}>
            {w.invite}
          </Button>
        )
      }
    >
      {members.isPending && <Bones lines={3} height={40} />}
      {members.error && <LoadError error={members.error} onRetry={() => void members.refetch()} />}
      <ul className="rows">
        {members.data?.map((member) => (
          <li key={member.user_id}>
            <Avatar name={member.full_name} color={member.avatar_color} size={36} />
            <div className="row-words">
              <strong>
                {member.full_name}
                {member.user_id === me.user.id && ` (${w.you})`}
              </strong>
              <span>{member.email}</span>
            </div>
            {locked || member.user_id === me.user.id ? (
              <span className="chip">{w.roles[member.role]}</span>
            ) : (
              <>
                <select
                  className="input role-select"
                  aria-label={`${w.role}: ${member.full_name}`}
                  value={member.role}
                  onChange={(e) =>
                    changeRole.mutate(
                      { id: member.user_id, role: e.target.value as Role },
                      { onError },
                    )
                  }
                >
                  {ROLES.map((role) => (
                    <option key={role} value={role}>
                      {w.roles[role]}
                    </option>
                  ))}
                </select>
                <IconButton
                  small
                  icon="trash"
                  label={`${t.common.remove}: ${member.full_name}`}
                  onClick={() => setLeaving(member)}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      <Dialog open={inviting} title={w.invite} onClose={() => setInviting(false)}>
        <InviteForm onDone={() => setInviting(false)} />
      </Dialog>
      <Dialog
        open={leaving !== null}
        title={w.removeTitle(leaving?.full_name ?? '')}
        onClose={() => setLeaving(null)}
      >
        <p>{w.removeText}</p>
        <div className="dialog-actions">
          <Button onClick={() => setLeaving(null)}>{t.common.cancel}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              leaving &&
              remove.mutate(leaving.user_id, { onError, onSuccess: () => setLeaving(null) })
            }
          >
            {t.common.remove}
          </Button>
        </div>
      </Dialog>
    </PageSection>
  );
}
