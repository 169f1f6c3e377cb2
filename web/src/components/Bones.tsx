import { useText } from '@/text';

/** Placeholder lines while something loads. */
export function Bones({ lines = 3, height = 16 }: { lines?: number; height?: number }) {
  const t = useText();
  return (
    <div role="status" aria-label={t.common.loading} style={{ display: 'grid', gap: 12 }}>
      {Array.from({ length: lines }, (_, i) => (
        <span
          key={i}
          className="bone"
          style={{ height, width: `${[92, 76, 84, 60, 88, 70][i % 6]}%` }}
        />
      ))}
    </div>
  );
}
