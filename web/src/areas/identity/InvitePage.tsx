import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import type { InvitationInfo, Workspace } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { Entrance } from './Entrance';
import { RegisterForm } from './RegisterForm';
import { SecondFactorForm } from './SecondFactorForm';
import { loadMe, switchWorkspace } from './session';
import { SignInForm } from './SignInForm';

/** What the link of an invitation opens: who invites, then an account, then the workspace. */
export function InvitePage() {
  const t = useText();
  const { token = '' } = useParams({ strict: false });
  const [known, setKnown] = useState(false);
  const [challenge, setChallenge] = useState<string | null>(null);
  const info = useQuery({
    queryKey: keys.invitation(token),
    queryFn: () => api.get<InvitationInfo>(`/invitations/${encodeURIComponent(token)}`),
    retry: false,
  });
  const me = useQuery({ queryKey: [...keys.me, 'invite'], queryFn: () => loadMe() });
  const accept = useMutation({
    mutationFn: async () => {
      const workspace = await api.post<Workspace>(
        `/invitations/${encodeURIComponent(token)}/accept`,
      );
      await switchWorkspace(workspace);
    },
  });

  if (info.isPending || me.isPending || accept.isPending || accept.isSuccess) {
    return (
      <Entrance title="…" lead="">
        <Bones lines={4} />
      </Entrance>
    );
  }
  if (!info.data) {
    const gone = isFailure(info.error) && (info.error.status === 404 || info.error.status === 410);
    return (
      <Entrance
        title={t.common.notFound}
        lead={gone ? t.signIn.inviteGone : describe(info.error, t)}
      >
        <a className="btn btn-line" href="/">
          {t.signIn.signIn}
        </a>
      </Entrance>
    );
  }
  const { workspace_name: name, email, role } = info.data;
  return (
    <Entrance
      title={t.signIn.inviteTitle(name)}
      lead={t.signIn.inviteLead(email, t.workspace.roles[role].toLowerCase())}
    >
      {accept.error && <Notice look="danger">{describe(accept.error, t)}</Notice>}
      {me.data ? (
        <Button look="main" wide busy={accept.isPending} onClick={() => accept.mutate()}>
          {t.signIn.inviteAccept}
        </Button>
      ) : challenge ? (
        <SecondFactorForm
          challenge={challenge}
          onDone={() => accept.mutate()}
          onBack={() => setChallenge(null)}
        />
      ) : known ? (
        <SignInForm onDone={() => accept.mutate()} onChallenge={setChallenge} />
      ) : (
        <RegisterForm first={false} email={email} onDone={() => accept.mutate()} />
      )}
      {!me.data && !challenge && (
        <p className="entrance-other">
          {known ? t.signIn.noAccount : t.signIn.haveAccount}{' '}
          <button type="button" className="link" onClick={() => setKnown(!known)}>
            {known ? t.signIn.join : t.signIn.signIn}
          </button>
        </p>
      )}
    </Entrance>
  );
}
