import type { Message } from '@/api/contract';
import { Logo } from '@/components/Logo';
import { useText } from '@/text';
import { authorName } from './authorName';
import { PersonAvatar } from './PersonAvatar';
import { useRoom } from './RoomContext';
import { Time } from './Time';

interface Props {
  message: Message;
  /** The same person goes on: only for those who listen. */
  quiet?: boolean;
}

/** Who wrote a message, and when: a person or a model by name. */
export function AuthorLine({ message, quiet }: Props) {
  const t = useText();
  const { me } = useRoom();
  const name = authorName(message, me, t);
  if (quiet) return <h2 className="unseen">{name}</h2>;
  const { author } = message;
  return (
    <h2 className="turn-author">
      {author ? (
        <PersonAvatar person={author} size={26} />
      ) : (
        <span className="model-face">
          <Logo size={16} />
        </span>
      )}
      <span className="turn-name">{name}</span>
      <Time iso={message.created_at} />
    </h2>
  );
}
