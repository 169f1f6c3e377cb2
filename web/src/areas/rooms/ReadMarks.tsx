import { Avatar } from '@/components/Avatar';
import { useText } from '@/text';
import { useRoom } from './RoomContext';

const MOST = 3;

/** Those who have read up to here, as small as they can be and still be known. */
export function ReadMarks({ readers }: { readers: string[] }) {
  const t = useText();
  const { people } = useRoom();
  const known = readers.flatMap((id) => people.get(id) ?? []);
  if (known.length === 0) return null;
  const label = t.rooms.people.readBy(known.map((p) => p.full_name).join(', '));
  return (
    <span className="reads" role="img" aria-label={label} title={label}>
      {known.slice(0, MOST).map((p) => (
        <Avatar key={p.id} name={p.full_name} color={p.avatar_color} size={15} />
      ))}
      {known.length > MOST && <span className="reads-rest">+{known.length - MOST}</span>}
    </span>
  );
}
