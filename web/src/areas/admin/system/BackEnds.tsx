import { bytes, whole } from '@/text/numbers';
import { useAdminText } from '../text';
import type { SystemState } from '../types';

/** Each thing the installation stands on, and which of the possible ones it is. */
export function BackEnds({ system }: { system: SystemState }) {
  const a = useAdminText();
  const s = a.system;
  const { store, objects } = system;
  const rows: [name: string, kind: string, more: string[]][] = [
    ['store', store.kind, [store.version, bytes(store.bytes), s.schema(store.schema)]],
    ['objects', objects.kind, [s.files(whole(objects.count)), bytes(objects.bytes)]],
    ...(['bus', 'queue', 'vectors', 'keywords', 'mail', 'scanner'] as const).map(
      (name): [string, string, string[]] => [name, system[name].kind, []],
    ),
  ];
  return (
    <dl className="abackends">
      {rows.map(([name, kind, more]) => (
        <div key={name}>
          <dt>{a.parts[name] ?? name}</dt>
          <dd>
            <strong>{a.kinds[kind] ?? kind}</strong>
            <span>{more.filter(Boolean).join(' · ')}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
