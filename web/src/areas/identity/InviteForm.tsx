import { useState } from 'react';
import type { Role } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { invitationLink, useInvite } from './workspaces';

const ROLES: Role[] = ['member', 'admin', 'guest'];

/** Invites by e-mail: who has an account is in at once, for others there is a link to pass on. */
export function InviteForm({ onDone }: { onDone: () => void }) {
  const t = useText();
  const w = t.workspace;
  const invite = useInvite();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const link = invite.data?.invitation && invitationLink(invite.data.invitation);

  if (link) {
    return (
      <>
        <p>{w.inviteMade}</p>
        <div className="secret">
          <code>{link}</code>
          <CopyButton text={() => link} label={w.copyLink} />
        </div>
        <div className="dialog-actions">
          <Button look="main" onClick={onDone}>
            {t.common.close}
          </Button>
        </div>
      </>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate(
          { email: email.trim(), role },
          {
            onSuccess: ({ member }) => {
              if (!member) return;
              toast(w.added(member.full_name));
              onDone();
            },
          },
        );
      }}
    >
      {invite.error && <Notice look="danger">{describe(invite.error, t)}</Notice>}
      <Field
        label={w.inviteEmail}
        error={isFailure(invite.error) ? invite.error.field('email') : undefined}
      >
        {(props) => (
          <input
            {...props}
            className="input"
            type="email"
            required
            autoFocus
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        )}
      </Field>
      <Field label={w.role}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={role}
            onChange={(e) => setRole(e.target.value as Role)}
          >
            {ROLES.map((r) => (
              <option key={r} value={r}>
                {w.roles[r]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.common.cancel}</Button>
        <Button type="submit" look="main" busy={invite.isPending}>
          {w.invite}
        </Button>
      </div>
    </form>
  );
}
