import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useThreads } from '@/areas/chat/threads';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import type { Command } from './commands';
import { matches, useCommands } from './commands';

/** Everything that can be done, by a few letters. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const commands = useCommands();
  const threads = useThreads({ archived: false, q: query.trim() });
  const list = useRef<HTMLUListElement>(null);

  const rows = useMemo<Command[]>(() => {
    const found = (threads.data?.pages[0]?.data ?? []).slice(0, query ? 8 : 5).map((thread) => ({
      id: thread.id,
      group: t.palette.chats,
      icon: 'compose' as const,
      label: thread.title ?? t.chat.untitled,
      run: () => void navigate({ to: '/c/$threadId', params: { threadId: thread.id } }),
    }));
    const fitting = commands.filter((c) => (query ? matches(c, query) : !c.deep)).slice(0, 14);
    return query ? [...fitting, ...found] : [...fitting, ...found];
  }, [threads.data, commands, query, navigate, t]);
  const here = Math.min(at, rows.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [here]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };

  return (
    <Dialog open bare title={t.palette.title} className="palette" onClose={onClose}>
      <div className="palette-search">
        <Icon name="search" size={18} />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={rows[here] ? `palette-${here}` : undefined}
          aria-label={t.palette.title}
          placeholder={t.palette.placeholder}
          value={query}
          onChange={(e) => {
            setQuery(e.target.value);
            setAt(0);
          }}
          onKeyDown={(e) => {
            const to =
              e.key === 'ArrowDown' ? here + 1 : e.key === 'ArrowUp' ? here - 1 : undefined;
            if (to !== undefined) {
              e.preventDefault();
              setAt((to + rows.length) % Math.max(1, rows.length));
            } else if (e.key === 'Enter') {
              e.preventDefault();
              run(rows[here]);
            }
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <ul ref={list} id="palette-list" role="listbox" aria-label={t.palette.title}>
        {rows.map((row, i) => (
          <li
            key={row.id}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === here}
            onPointerMove={() => setAt(i)}
            onClick={() => run(row)}
          >
            <Icon name={row.icon} size={17} />
            <span>{row.label}</span>
            <small>{rows[i - 1]?.group === row.group ? '' : row.group}</small>
          </li>
        ))}
        {rows.length === 0 && <li className="palette-none">{t.palette.none}</li>}
      </ul>
    </Dialog>
  );
}
