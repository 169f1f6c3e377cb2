import type { Message } from '@/api/contract';
import { useText } from '@/text';
import { hasReacted, whoReacted } from './reactions';
import { ReactionAdd } from './ReactionAdd';
import { useRoom } from './RoomContext';
import { useReact } from './useReact';

/** Reactions to a message: how many and whose; a press adds one's own or takes it back. */
export function ReactionChips({ message }: { message: Message }) {
  const t = useText();
  const { me, people } = useRoom();
  const react = useReact(message);
  const { reactions } = message;
  if (reactions.length === 0) return null;
  const words = {
    you: t.rooms.people.you,
    someone: t.rooms.people.someone,
    others: t.rooms.people.others,
    and: t.rooms.people.and,
  };
  return (
    <ul className="reactions" aria-label={t.rooms.reactions.list}>
      {reactions.map(({ emoji, users }) => {
        const mine = hasReacted(reactions, emoji, me);
        const who = whoReacted(users, me, (id) => people.get(id)?.full_name, words);
        return (
          <li key={emoji}>
            <button
              type="button"
              className="reaction"
              aria-pressed={mine}
              aria-label={`${t.rooms.reactions.chip(emoji, users.length)}: ${who}`}
              title={who}
              onClick={() => react(emoji)}
            >
              <span className="emoji">{emoji}</span>
              <span className="tabular">{users.length}</span>
            </button>
          </li>
        );
      })}
      <li>
        <ReactionAdd message={message} className="reaction reaction-add" />
      </li>
    </ul>
  );
}
