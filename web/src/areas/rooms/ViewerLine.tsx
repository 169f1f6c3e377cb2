import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import type { Person } from './members';

/** In place of the composer, for those who may read but not write. */
export function ViewerLine({ people }: { people: Person[] }) {
  const t = useText();
  const owner = people.find((p) => p.role === 'owner');
  return (
    <p className="viewer-line">
      <Icon name="eye" size={17} />
      <span>
        {t.rooms.compose.viewer} {owner && t.rooms.compose.viewerHint(owner.full_name)}
      </span>
    </p>
  );
}
