import { useEffect, useRef } from 'react';
import { Icon } from '@/components/Icon';
import { Logo } from '@/components/Logo';
import { usePresence } from '@/live/presence';
import { useText } from '@/text';
import type { Candidate } from './candidates';
import { PersonAvatar } from './PersonAvatar';
import type { Mentions } from './useMentions';
import './suggestions.css';

function Face({ candidate }: { candidate: Candidate }) {
  if (candidate.kind === 'person') {
    const { id, name, color } = candidate;
    return <PersonAvatar person={{ id, full_name: name, avatar_color: color }} size={26} />;
  }
  return (
    <span className="suggestion-face" data-kind={candidate.kind}>
      {candidate.kind === 'everyone' ? <Icon name="people" size={15} /> : <Logo size={16} />}
    </span>
  );
}

/** What more is said: whether a person is here, which provider a model is of. */
function Also({ candidate }: { candidate: Candidate }) {
  const t = useText();
  const presence = usePresence(candidate.id);
  if (candidate.kind === 'person') return t.rooms.people.presence[presence];
  return candidate.kind === 'model' ? candidate.also : `@${candidate.insert}`;
}

/** What an `@` may become. The field keeps the focus; the arrow keys and Enter choose. */
export function MentionList({ mentions }: { mentions: Mentions }) {
  const t = useText();
  const { id, items, index, setIndex, pick } = mentions;
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [index]);

  const isPerson = (c: Candidate | undefined) => c?.kind === 'person' || c?.kind === 'everyone';
  return (
    <>
      <ul
        ref={list}
        id={id}
        className="suggestions mention-list"
        role="listbox"
        aria-label={t.rooms.compose.mention}
      >
        {items.map((candidate, i) => (
          <li
            key={candidate.key}
            id={`${id}-${i}`}
            className="suggestion"
            role="option"
            aria-selected={i === index}
            data-first={(i > 0 && isPerson(items[i - 1]) !== isPerson(candidate)) || undefined}
            onPointerMove={() => setIndex(i)}
            onPointerDown={(event) => {
              event.preventDefault(); // the field keeps the focus
              pick(candidate);
            }}
          >
            <Face candidate={candidate} />
            <span className="suggestion-name">{candidate.name}</span>
            <span className="suggestion-also">
              <Also candidate={candidate} />
            </span>
          </li>
        ))}
      </ul>
      <span className="unseen" role="status">
        {t.rooms.compose.results(items.length)}
      </span>
    </>
  );
}
