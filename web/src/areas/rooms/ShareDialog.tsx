import { useState } from 'react';
import type { Answers, Thread, ThreadMember } from '@/api/contract';
import { usePatchThread } from '@/areas/chat/threads';
import { useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { Dialog } from '@/components/Dialog';
import { LoadError } from '@/components/LoadError';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { useThreadMembers } from '@/live/rooms';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { AddPeople } from './AddPeople';
import { useRemoveMember } from './members';
import { MemberRow } from './MemberRow';
import { threadLink } from './messageLink';
import type { Audience } from './AudienceChoice';
import { AudienceChoice } from './AudienceChoice';
import './share.css';

const NONE: ThreadMember[] = [];

/** Who may enter a thread, what they may do in it, and when the model speaks. */
export function ShareDialog({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const t = useText();
  const s = t.rooms.share;
  const me = useMe();
  const list = useThreadMembers(thread.id);
  const members = list.data ?? NONE;
  const patch = usePatchThread();
  const remove = useRemoveMember(thread.id);
  const [picking, setPicking] = useState(false);
  const [alone, setAlone] = useState(false);
  const mine = thread.owner_id === me.user.id;
  const owner = members.find((m) => m.role === 'owner');
  const others = members.filter((m) => m.user_id !== thread.owner_id);
  const onError = (error: unknown) => toast(describe(error, t));

  let audience: Audience = 'only';
  if (thread.visibility === 'workspace') audience = 'workspace';
  else if (others.length > 0 || picking) audience = 'people';

  const choose = (next: Audience) => {
    setAlone(false);
    if (next === 'only' && others.length > 0) return setAlone(true);
    setPicking(next === 'people');
    const visibility = next === 'workspace' ? 'workspace' : 'private';
    if (visibility !== thread.visibility) {
      patch.mutate({ id: thread.id, patch: { visibility } }, { onError });
    }
  };
  const takeOut = async () => {
    setAlone(false);
    setPicking(false);
    try {
      if (thread.visibility !== 'private') {
        await patch.mutateAsync({ id: thread.id, patch: { visibility: 'private' } });
      }
      for (const member of others) await remove.mutateAsync(member.user_id);
    } catch (error) {
      onError(error);
    }
  };

  return (
    <Dialog open title={mine ? s.title : s.members} className="dialog-share" onClose={onClose}>
      {mine ? (
        <AudienceChoice
          value={audience}
          workspace={me.workspace.name}
          asking={alone ? others.length : 0}
          onChange={choose}
          onAlone={() => void takeOut()}
          onStay={() => setAlone(false)}
        />
      ) : (
        owner && <p className="share-note">{s.onlyOwner(owner.full_name)}</p>
      )}
      {mine && audience !== 'only' && <AddPeople thread={thread} members={members} />}
      {list.isPending && <Bones lines={2} height={36} />}
      {list.error && <LoadError error={list.error} onRetry={() => void list.refetch()} />}
      {(audience !== 'only' || !mine) && members.length > 0 && (
        <ul className="share-people" aria-label={s.members}>
          {members.map((member) => (
            <MemberRow
              key={member.user_id}
              thread={thread}
              member={member}
              mine={mine}
              me={me.user.id}
              onLeft={onClose}
            />
          ))}
        </ul>
      )}
      {mine && audience !== 'only' && (
        <div className="share-answers">
          <div>
            <p className="field-label">{s.answers}</p>
            <p className="field-hint">{s.answersHint[thread.answers]}</p>
          </div>
          <Segments<Answers>
            label={s.answers}
            value={thread.answers}
            options={[
              { value: 'mentioned', label: s.answersHow.mentioned },
              { value: 'always', label: s.answersHow.always },
            ]}
            onChange={(answers) => patch.mutate({ id: thread.id, patch: { answers } }, { onError })}
          />
        </div>
      )}
      <div className="share-foot">
        <CopyButton worded icon="link" text={() => threadLink(thread.id)} label={s.copyLink} />
        <Button look="main" onClick={onClose}>
          {s.done}
        </Button>
      </div>
    </Dialog>
  );
}
