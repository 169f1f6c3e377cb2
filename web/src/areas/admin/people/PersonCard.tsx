import { useState } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Avatar } from '@/components/Avatar';
import { useText } from '@/text';
import { ago, date, dateTime } from '@/text/numbers';
import { useAdminText } from '../text';
import type { PersonRow } from '../types';
import { ErasePerson } from './ErasePerson';
import { OpenThread } from './OpenThread';
import { PersonMenu } from './PersonMenu';

export type PersonDialog = 'erase' | 'threads' | null;

/** A person: where they belong, how they sign in, when they were last here. */
export function PersonCard({ person, color = '' }: { person: PersonRow; color?: string }) {
  const t = useText();
  const a = useAdminText();
  const me = useMe();
  const [dialog, setDialog] = useState<PersonDialog>(null);
  const seen = person.last_seen_at;
  // Who does not administer the installation is not told these.
  const facts = may(me, 'instance.administer');
  return (
    <article className="aperson" data-off={person.disabled || undefined}>
      <Avatar name={person.full_name} color={color} size={36} />
      <div className="aperson-words">
        <h2>
          {person.full_name}
          {person.id === me.user.id && ` (${t.workspace.you})`}
        </h2>
        <p>{person.email}</p>
        <ul className="aperson-chips">
          {person.disabled && <li className="chip chip-danger">{a.people.disabled}</li>}
          {person.is_instance_admin && <li className="chip chip-accent">{a.people.admin}</li>}
          {person.workspaces.map((w) => (
            <li key={w.id} className="chip">
              {w.name} · {t.workspace.roles[w.role]}
            </li>
          ))}
        </ul>
      </div>
      {facts && (
        <dl className="aperson-facts">
          <div>
            <dt>{a.people.seen}</dt>
            <dd title={seen ? dateTime(seen) : undefined}>{seen ? ago(seen) : t.common.never}</dd>
          </div>
          <div>
            <dt>{a.people.signsIn}</dt>
            <dd>
              {[
                ...(person.identities.length > 0 ? person.identities : [a.people.password]),
                person.second_factor ? a.people.second : null,
              ]
                .filter(Boolean)
                .join(', ')}
            </dd>
          </div>
          <div>
            <dt>{a.people.since}</dt>
            <dd>{date(person.created_at)}</dd>
          </div>
        </dl>
      )}
      <PersonMenu person={person} onDialog={setDialog} />
      {dialog === 'erase' && <ErasePerson person={person} onClose={() => setDialog(null)} />}
      {dialog === 'threads' && <OpenThread person={person} onClose={() => setDialog(null)} />}
    </article>
  );
}
