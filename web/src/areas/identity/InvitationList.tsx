import { PageSection } from '@/app/PageSection';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { date } from '@/text/numbers';
import { invitationLink, useInvitations, useWithdraw } from './workspaces';

/** Invitations that nobody has taken up yet. Without any there is nothing to show. */
export function InvitationList() {
  const t = useText();
  const w = t.workspace;
  const invitations = useInvitations();
  const withdraw = useWithdraw();
  if (!invitations.error && !invitations.data?.length) return null;
  return (
    <PageSection title={w.pending}>
      {invitations.error && (
        <LoadError error={invitations.error} onRetry={() => void invitations.refetch()} />
      )}
      <ul className="rows">
        {invitations.data?.map((invitation) => {
          const link = invitationLink(invitation);
          return (
            <li key={invitation.id}>
              <div className="row-words">
                <strong>{invitation.email}</strong>
                <span>
                  {w.roles[invitation.role]} · {w.expires(date(invitation.expires_at))}
                </span>
              </div>
              {link && <CopyButton worded text={() => link} label={w.copyLink} />}
              <Button
                small
                look="quiet"
                onClick={() =>
                  withdraw.mutate(invitation.id, {
                    onError: (error) => toast(describe(error, t)),
                  })
                }
              >
                {w.revoke}
              </Button>
            </li>
          );
        })}
      </ul>
    </PageSection>
  );
}
