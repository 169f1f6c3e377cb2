import type { Message } from '@/api/contract';
import { formsOf, splitMentions } from './mentions';
import { useRoom } from './RoomContext';

const EVERYONE = ['all', 'everyone'];

/** What a person wrote, with those mentioned in it shown as such. */
export function MentionedText({ message }: { message: Message }) {
  const { me, people } = useRoom();
  const { content: text, mentions } = message;
  if (mentions.length === 0) return text;
  const written = mentions.map((mention) => ({
    mention,
    forms: formsOf(mention, people.get(mention.id)?.email),
  }));
  if (mentions.some((m) => m.kind === 'person')) {
    written.push({ mention: { kind: 'person', id: '', name: 'everyone' }, forms: EVERYONE });
  }
  return splitMentions(text, written).map((piece, i) =>
    piece.mention ? (
      <span
        key={i}
        className="mention"
        data-kind={piece.mention.kind}
        data-me={piece.mention.id === me || undefined}
        title={people.get(piece.mention.id)?.full_name ?? piece.mention.name}
      >
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}
