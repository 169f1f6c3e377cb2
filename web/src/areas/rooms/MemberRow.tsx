import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Thread, ThreadMember, ThreadRole } from '@/api/contract';
import { Button } from '@/components/Button';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { usePresence } from '@/live/presence';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { forgetThread, leaveThread, useChangeThreadRole, useRemoveMember } from './members';
import { PersonAvatar } from './PersonAvatar';

interface Props {
  thread: Thread;
  member: ThreadMember;
  /** The reader owns the thread and may change the others. */
  mine: boolean;
  me: string;
  onLeft: () => void;
}

/** Somebody in a thread: who, what they may do, and the way out. */
export function MemberRow({ thread, member, mine, me, onLeft }: Props) {
  const t = useText();
  const s = t.rooms.share;
  const navigate = useNavigate();
  const { threadId } = useParams({ strict: false });
  const presence = usePresence(member.user_id);
  const changeRole = useChangeThreadRole(thread.id);
  const remove = useRemoveMember(thread.id);
  const [leaving, setLeaving] = useState(false);
  const onError = (error: unknown) => toast(describe(error, t));
  const self = member.user_id === me;
  const locked = member.role === 'owner' || !mine;

  const leave = async () => {
    setLeaving(true);
    try {
      await leaveThread(thread.id, me);
      onLeft();
      toast(s.left);
      if (threadId === thread.id) await navigate({ to: '/' });
      await forgetThread(thread.id);
    } catch (error) {
      setLeaving(false);
      onError(error);
    }
  };

  return (
    <li className="share-person">
      <PersonAvatar
        person={{
          id: member.user_id,
          full_name: member.full_name,
          avatar_color: member.avatar_color,
        }}
        size={34}
      />
      <span className="share-words">
        <strong>
          {member.full_name}
          {self && ` (${s.you})`}
        </strong>
        <span>{t.rooms.people.presence[self ? 'online' : presence]}</span>
      </span>
      {locked ? (
        <span className="chip">{s.roles[member.role]}</span>
      ) : (
        <>
          <select
            className="input role-select"
            aria-label={s.role(member.full_name)}
            value={member.role}
            onChange={(e) =>
              changeRole.mutate(
                { id: member.user_id, role: e.target.value as ThreadRole },
                { onError },
              )
            }
          >
            <option value="member">{s.roles.member}</option>
            <option value="viewer">{s.roles.viewer}</option>
          </select>
          <IconButton
            small
            icon="close"
            label={s.remove(member.full_name)}
            onClick={() =>
              remove.mutate(member.user_id, {
                onError,
                onSuccess: () => toast(s.removed(member.full_name)),
              })
            }
          />
        </>
      )}
      {self && member.role !== 'owner' && (
        <Button small look="quiet" icon="leave" busy={leaving} onClick={() => void leave()}>
          {s.leave}
        </Button>
      )}
    </li>
  );
}
