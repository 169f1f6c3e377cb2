import { useWorkspacePeople } from '@/areas/rooms/members';
import { FileFace } from '@/areas/files/FileFace';
import { Avatar } from '@/components/Avatar';
import { Icon } from '@/components/Icon';
import { Logo } from '@/components/Logo';
import type { Hit } from './contract';

/** Whose it is, or what it is. */
export function HitFace({ hit, size = 26 }: { hit: Hit; size?: number }) {
  const people = useWorkspacePeople(hit.kind === 'message');
  if (hit.kind === 'message' && hit.author) {
    const { id, full_name } = hit.author;
    const color = people.find((p) => p.user_id === id)?.avatar_color ?? '';
    return <Avatar name={full_name} color={color} size={size} />;
  }
  if (hit.kind === 'file') {
    return (
      <span className="hit-file" style={{ width: size }}>
        <FileFace name={hit.title ?? ''} type="" size={size < 30 ? 'small' : undefined} />
      </span>
    );
  }
  return (
    <span className="hit-face" data-kind={hit.kind} style={{ width: size, height: size }}>
      {hit.kind === 'message' ? (
        <Logo size={size * 0.62} />
      ) : (
        <Icon name="chat" size={size * 0.62} />
      )}
    </span>
  );
}
