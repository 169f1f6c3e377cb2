import { useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { useThreads } from '@/areas/chat/threads';
import { useWorkspacePeople } from '@/areas/rooms/members';
import { Avatar } from '@/components/Avatar';
import { Button } from '@/components/Button';
import { Segments } from '@/components/Segments';
import { Choice } from './Choice';
import type { Mode, Place } from './contract';
import { MODES, PLACES } from './contract';
import { FILE_TYPES, pieces, valueOf, withValue, wordsOf } from './grammar';
import { WhenChoice } from './WhenChoice';
import { useSearchText } from './text';

export interface Wanted {
  q: string;
  place: Place | null;
  mode: Mode;
}

interface Props {
  wanted: Wanted;
  onChange: (change: Partial<Wanted>) => void;
}

const KIND_OF = { messages: 'message', files: 'file', threads: 'thread' } as const;

/** What narrows a search down. All but the kind and the way stand in the words themselves, as one would type them. */
export function Filters({ wanted, onChange }: Props) {
  const words = useSearchText();
  const s = words.filters;
  const { q, place, mode } = wanted;
  const [finding, setFinding] = useState('');
  const people = useWorkspacePeople(true);
  const threads = useThreads({ archived: false, q: useSlowly(finding.trim(), 150) }).data;
  const titles = (threads?.pages ?? []).flatMap((p) => p.data.map((x) => x.title ?? ''));
  const set = (operator: 'from' | 'in' | 'type') => (value: string | null) =>
    onChange({ q: withValue(q, operator, value) });
  const filtered = place !== null || pieces(q).some((p) => p.operator !== null);

  return (
    <div className="filters" role="group" aria-label={s.label}>
      <Segments
        label={s.typeLabel}
        value={place ?? 'all'}
        options={[
          { value: 'all' as const, label: s.all },
          ...PLACES.map((p) => ({ value: p, label: words.kinds[KIND_OF[p]] })),
        ]}
        onChange={(next) => onChange({ place: next === 'all' ? null : next })}
      />
      <div className="filters-row">
        <Choice
          label={s.whoLabel}
          any={s.who}
          value={valueOf(q, 'from')}
          find={s.whoFind}
          none={s.nobody}
          options={people.map((p) => ({
            value: p.full_name,
            label: p.full_name,
            face: <Avatar name={p.full_name} color={p.avatar_color} size={24} />,
          }))}
          onChange={set('from')}
        />
        <Choice
          label={s.whereLabel}
          any={s.where}
          value={valueOf(q, 'in')}
          find={s.whereFind}
          none={s.noChat}
          onFind={setFinding}
          options={[...new Set(titles)]
            .filter(Boolean)
            .map((title) => ({ value: title, label: title }))}
          onChange={set('in')}
        />
        <WhenChoice q={q} onChange={(next) => onChange({ q: next })} />
        <Choice
          label={s.fileLabel}
          any={s.type}
          value={valueOf(q, 'type')}
          options={FILE_TYPES.map((type) => ({ value: type, label: words.typeNames[type] }))}
          onChange={set('type')}
        />
        <Choice
          fixed
          label={s.mode}
          any={words.modes.hybrid.name}
          value={mode}
          options={MODES.map((value) => ({
            value,
            label: words.modes[value].name,
            hint: words.modes[value].hint,
          }))}
          onChange={(next) => onChange({ mode: (next as Mode | null) ?? 'hybrid' })}
        />
        {filtered && (
          <Button look="quiet" small onClick={() => onChange({ q: wordsOf(q), place: null })}>
            {s.reset}
          </Button>
        )}
      </div>
    </div>
  );
}
