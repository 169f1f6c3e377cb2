import { useMutation, useQuery } from '@tanstack/react-query';
import { PageSection } from '@/app/PageSection';
import { api } from '@/api/client';
import type { SignInSession } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { browserName } from './browserName';
import { signOutEverywhere } from './session';

export function SessionSettings() {
  const t = useText();
  const s = t.settings;
  const sessions = useQuery({
    queryKey: keys.sessions,
    queryFn: () => api.get<SignInSession[]>('/auth/sessions'),
  });
  const onError = (error: unknown) => toast(describe(error, t));
  const end = useMutation({
    mutationFn: (id: string) => api.delete(`/auth/sessions/${id}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sessions }),
    onError,
  });
  const all = useMutation({ mutationFn: signOutEverywhere, onError });
  return (
    <PageSection
      title={s.sessions}
      hint={s.sessionsHint}
      action={
        <Button small busy={all.isPending} onClick={() => all.mutate()}>
          {s.signOutEverywhere}
        </Button>
      }
    >
      {sessions.isPending && <Bones lines={2} height={40} />}
      {sessions.error && (
        <LoadError error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      <ul className="rows">
        {sessions.data?.map((session) => (
          <li key={session.id}>
            <div className="row-words">
              <strong>{browserName(session.user_agent)}</strong>
              <span>
                {[session.address, s.lastSeen(ago(session.last_seen_at))]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </div>
            {session.current ? (
              <span className="chip chip-good">{s.thisDevice}</span>
            ) : (
              <Button small look="quiet" onClick={() => end.mutate(session.id)}>
                {s.endSession}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </PageSection>
  );
}
