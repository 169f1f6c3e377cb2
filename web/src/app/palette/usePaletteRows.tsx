import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { completingAt, OPERATORS } from '@/areas/search/grammar';
import { loadRecent, recent, remember } from '@/areas/search/recent';
import { Icon } from '@/components/Icon';
import { useCell } from '@/live/cell';
import { matches, useCommands } from '../commands';
import type { Row } from './row';
import { useCompletions } from './useCompletions';
import { useFoundRows, useLatelyRows } from './useFoundRows';
import { useSearchText } from '@/areas/search/text';

const MOST_COMMANDS = { idle: 12, asked: 4 };
const MOST_RECENT = 3;

/** Everything the palette has to offer for what stands in its field. */
export function usePaletteRows(text: string, caret: number) {
  const s = useSearchText();
  const navigate = useNavigate();
  const commands = useCommands();
  const found = useFoundRows(text);
  const lately = useLatelyRows();
  const searches = useCell(recent);
  const completing = useMemo(() => completingAt(text, caret), [text, caret]);
  const completions = useCompletions(text, completing);
  useEffect(() => void loadRecent(), []);

  const plain = text.trim();
  const help = plain === '?';

  const commandRows = useMemo(
    () =>
      commands
        .filter((c) => (plain ? matches(c, plain) : !c.deep))
        .slice(0, plain ? MOST_COMMANDS.asked : MOST_COMMANDS.idle)
        .map((c): Row => ({
          id: `command:${c.id}`,
          group: plain ? s.kinds.commands : c.group,
          face: <Icon name={c.icon} size={17} />,
          label: c.label,
          aside: plain ? c.group : undefined,
          run: c.run,
        })),
    [commands, plain, s],
  );

  const all: Row = {
    id: 'all',
    group: '',
    face: <Icon name="search" size={17} />,
    label: s.everything(plain),
    aside: <kbd>Ctrl ↵</kbd>,
    run: () => {
      remember(plain);
      void navigate({ to: '/search', search: { q: plain } });
    },
  };
  const recentRows = searches.slice(0, MOST_RECENT).map((q): Row => ({
    id: `recent:${q}`,
    group: s.recent,
    face: <Icon name="clock" size={17} />,
    label: q,
    write: q,
  }));
  const helpRow = (sign: string, about: string, write: string): Row => ({
    id: `help:${sign}`,
    group: s.help,
    face: <Icon name="search" size={17} />,
    label: <code>{sign}</code>,
    aside: about,
    write,
  });
  const helpRows = [
    ...OPERATORS.map((o) => helpRow(`${o}:`, s.operators[o], `${o}:`)),
    helpRow(s.signs.phrase, s.operators.phrase, '"'),
    helpRow(s.signs.prefix, s.operators.prefix, ''),
  ];

  let rows: Row[];
  if (help) rows = helpRows;
  else if (plain === '') rows = [...recentRows, ...lately, ...commandRows];
  else {
    const results = [...commandRows, ...found.rows];
    rows = [...completions, ...results, ...(found.wanted ? [all] : [])];
  }
  return { ...found, rows, all, hints: plain === '' };
}
