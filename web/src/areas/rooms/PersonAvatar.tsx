import { Avatar } from '@/components/Avatar';
import { usePresence } from '@/live/presence';

interface Props {
  person: { id: string; full_name: string; avatar_color: string };
  size?: number;
}

/** A person's picture, with a dot that says whether they are here. Those who listen get it in words elsewhere. */
export function PersonAvatar({ person, size = 28 }: Props) {
  const presence = usePresence(person.id);
  return (
    <span className="person-avatar" data-presence={presence}>
      <Avatar name={person.full_name} color={person.avatar_color} size={size} />
    </span>
  );
}
