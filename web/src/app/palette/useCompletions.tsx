import { useMemo } from 'react';
import { useThreads } from '@/areas/chat/threads';
import { useWorkspacePeople } from '@/areas/rooms/members';
import type { Completing } from '@/areas/search/grammar';
import { complete, TYPES } from '@/areas/search/grammar';
import { daysFitting } from '@/areas/search/days';
import { Marked } from '@/areas/search/Marked';
import { marksIn } from '@/areas/search/titles';
import { Avatar } from '@/components/Avatar';
import { Icon } from '@/components/Icon';
import type { Row } from './row';
import { useSearchText } from '@/areas/search/text';

const MOST = 6;

/** What the value of an operator may be, as far as it is typed. */
export function useCompletions(text: string, at: Completing | null): Row[] {
  const s = useSearchText();
  const people = useWorkspacePeople(at?.operator === 'from');
  const wanted = at?.operator === 'in' ? at.typed : '';
  const threads = useThreads({ archived: false, q: wanted }).data;

  return useMemo(() => {
    if (!at) return [];
    const { operator, typed } = at;
    const row = (value: string, face: Row['face'], label: string, group: string): Row[] => {
      const marks = marksIn(label, typed) ?? (marksIn(value, typed) ? [] : null);
      if (!marks) return [];
      return [
        {
          id: `${operator}:${value}`,
          group,
          face,
          label: <Marked text={label} marks={marks} />,
          write: complete(text, at, value).text,
        },
      ];
    };
    if (operator === 'from') {
      return people
        .flatMap((p) =>
          row(
            p.full_name,
            <Avatar name={p.full_name} color={p.avatar_color} size={24} />,
            p.full_name,
            s.people,
          ),
        )
        .slice(0, MOST);
    }
    if (operator === 'in') {
      const titles = (threads?.pages ?? []).flatMap((p) => p.data.map((x) => x.title));
      return [...new Set(titles)]
        .flatMap((title) =>
          title ? row(title, <Icon name="chat" size={17} />, title, s.chats) : [],
        )
        .slice(0, MOST);
    }
    if (operator === 'type') {
      return TYPES.flatMap((type) =>
        row(type, <Icon name="file" size={17} />, s.typeNames[type], s.types),
      );
    }
    return daysFitting(typed, s).map((day) => ({
      id: `${operator}:${day.value}`,
      group: s.days,
      face: <Icon name="clock" size={17} />,
      label: day.label,
      aside: day.value,
      write: complete(text, at, day.value).text,
    }));
  }, [at, text, people, threads, s]);
}
