import { useId, useState } from 'react';
import type { Member, Thread, ThreadMember } from '@/api/contract';
import { toast } from '@/components/toasts';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { fit, personCandidate } from './candidates';
import { useAddMember, useWorkspacePeople } from './members';
import { PersonAvatar } from './PersonAvatar';
import './suggestions.css';

const MOST = 6;

function matching(people: Member[], query: string): Member[] {
  return people
    .map((member) => ({
      member,
      score: fit(personCandidate({ ...member, id: member.user_id }), query.trim()),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ member }) => member);
}

/** Finds people of the workspace by what one types, and lets them in. */
export function AddPeople({ thread, members }: { thread: Thread; members: ThreadMember[] }) {
  const t = useText();
  const s = t.rooms.share;
  const id = useId();
  const all = useWorkspacePeople(true);
  const add = useAddMember(thread.id);
  const [query, setQuery] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const within = new Set(members.map((m) => m.user_id));
  const outside = all.filter((m) => !within.has(m.user_id));
  const found = matching(outside, query);
  const allIn = all.length > 0 && outside.length === 0;
  const shown = open && (found.length > 0 || query.trim() !== '');
  const chosen = Math.min(at, found.length - 1);

  const pick = (member: Member) => {
    setQuery('');
    setAt(0);
    setOpen(false); // what it covers is where the person appears
    add.mutate(member, { onError: (error) => toast(describe(error, t)) });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpen(true);
      if (found.length > 0) setAt((chosen + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const member = shown ? found[chosen] : undefined;
      if (member) pick(member);
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      setQuery('');
    }
  };

  return (
    <div className="add-people">
      <label className="add-people-field">
        <Icon name="search" size={16} />
        <span className="unseen">{s.addLabel}</span>
        <input
          role="combobox"
          autoComplete="off"
          aria-expanded={shown}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={shown && found[chosen] ? `${id}-${chosen}` : undefined}
          placeholder={allIn ? s.allIn : s.addPlaceholder}
          value={query}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(e) => {
            setQuery(e.target.value);
            setAt(0);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <ul id={id} className="suggestions" role="listbox" aria-label={s.addLabel} hidden={!shown}>
        {found.map((member, i) => (
          <li
            key={member.user_id}
            id={`${id}-${i}`}
            className="suggestion"
            role="option"
            aria-selected={i === chosen}
            onPointerMove={() => setAt(i)}
            onPointerDown={(event) => {
              event.preventDefault(); // the field keeps the focus
              pick(member);
            }}
          >
            <PersonAvatar person={{ ...member, id: member.user_id }} size={26} />
            <span className="suggestion-name">{member.full_name}</span>
            <span className="suggestion-also">{member.email}</span>
          </li>
        ))}
        {shown && found.length === 0 && (
          <li className="suggestions-none" role="option" aria-selected={false} aria-disabled="true">
            {allIn ? s.allIn : s.nobody(query.trim())}
          </li>
        )}
      </ul>
    </div>
  );
}
