import { useText } from '@/text';
import { useHere } from './here';
import type { Person } from './members';
import { PersonAvatar } from './PersonAvatar';

const MOST = 4;

/** The people of a thread at a glance, those who are here first, and how many are. */
export function Facepile({ people, onOpen }: { people: Person[]; onOpen: () => void }) {
  const t = useText();
  const { sorted, count } = useHere(people);
  const shown = sorted.slice(0, people.length > MOST ? MOST - 1 : MOST);
  const rest = people.length - shown.length;
  const names = sorted.slice(0, 8).map((p) => p.full_name);
  const who = [
    t.rooms.people.inChat(names.join(', ')),
    people.length > names.length && t.rooms.people.more(people.length - names.length),
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <button type="button" className="facepile" title={who} onClick={onOpen}>
      <span className="facepile-faces" aria-hidden="true">
        {shown.map((person) => (
          <PersonAvatar key={person.id} person={person} size={26} />
        ))}
        {rest > 0 && <span className="facepile-rest">+{rest}</span>}
      </span>
      <span className="unseen">{who}, </span>
      <span className="facepile-here tabular">{t.rooms.people.here(count)}</span>
    </button>
  );
}
