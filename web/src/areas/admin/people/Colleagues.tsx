import { useState } from 'react';
import type { Member } from '@/api/contract';
import { useMe } from '@/areas/identity/session';
import { useMembers } from '@/areas/identity/workspaces';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { useAdminText } from '../text';
import type { PersonRow } from '../types';
import { matching } from './people';
import { PeopleSearch } from './PeopleSearch';
import { PersonCard } from './PersonCard';

/** The members of one's own workspace: for owners who do not administer the installation. */
export function Colleagues() {
  const a = useAdminText();
  const { workspace } = useMe();
  const [words, setWords] = useState('');
  const members = useMembers();
  const rows = matching(members.data ?? [], words);
  const rowOf = (member: Member): PersonRow => ({
    id: member.user_id,
    email: member.email,
    full_name: member.full_name,
    is_instance_admin: false,
    disabled: false,
    created_at: member.joined_at,
    last_seen_at: null,
    workspaces: [{ id: workspace.id, name: workspace.name, role: member.role }],
    second_factor: false,
    identities: [],
  });
  return (
    <div className="stack">
      <PeopleSearch words={words} onChange={setWords} />
      {members.isPending && <Bones lines={6} height={48} />}
      {members.error && !members.data && (
        <LoadError error={members.error} onRetry={() => void members.refetch()} />
      )}
      {members.isSuccess && rows.length === 0 && (
        <p className="quiet">{a.people.noneFound(words.trim())}</p>
      )}
      <ul className="apeople" aria-label={a.pages.people}>
        {rows.map((member) => (
          <li key={member.user_id}>
            <PersonCard person={rowOf(member)} color={member.avatar_color} />
          </li>
        ))}
      </ul>
    </div>
  );
}
