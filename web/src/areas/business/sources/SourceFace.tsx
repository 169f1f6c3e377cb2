import { Icon } from '@/components/Icon';

const ICONS = { csv: 'rows', jsonl: 'rows', demo: 'play', stripe: 'server' } as const;

/** The picture of a kind of source: drawn, for a brand's mark is the brand's. */
export function SourceFace({ type }: { type: string }) {
  const icon = type in ICONS ? ICONS[type as keyof typeof ICONS] : 'building';
  return (
    <span className="bface" aria-hidden="true">
      <Icon name={icon} size={19} />
    </span>
  );
}
