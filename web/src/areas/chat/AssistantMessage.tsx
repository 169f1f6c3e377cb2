import { lazy, memo, Suspense } from 'react';
import type { Message } from '@/api/contract';
import { AuthorLine } from '@/areas/rooms/AuthorLine';
import { authorName } from '@/areas/rooms/authorName';
import { NewLine } from '@/areas/rooms/NewLine';
import type { InRoom } from '@/areas/rooms/placing';
import { samePlace } from '@/areas/rooms/placing';
import { ReactionChips } from '@/areas/rooms/ReactionChips';
import { ReadMarks } from '@/areas/rooms/ReadMarks';
import { useRoom } from '@/areas/rooms/RoomContext';
import { SourceRow } from '@/areas/files/citations/SourceRow';
import { SourcesContext, sourcesOf } from '@/areas/files/citations/sources';
import { Button } from '@/components/Button';
import { providerName } from '@/areas/models/providerNames';
import { useText } from '@/text';
import { AnswerNotice } from './AnswerNotice';
import { AnswerTools } from './AnswerTools';
import { Flow } from './Flow';
import { Markdown } from './markdown/Markdown';
import { Reasoning } from './Reasoning';

const MessageAnswer = lazy(() =>
  import('@/areas/business/ask/MessageAnswer').then((m) => ({ default: m.MessageAnswer })),
);

interface Props {
  message: Message;
  live: boolean;
  reconnecting: boolean;
  failed: string | null;
  latest: boolean;
  locked: boolean;
  onRegenerate: (reply: Message, model: string | null) => void;
  place: InRoom;
  /** Where several answers run at once, each can be stopped by itself. */
  onStop?: (reply: Message) => void;
  onContinue: (reply: Message) => void;
}

function same(a: Props, b: Props): boolean {
  if (a.live || b.live) return false;
  return (
    a.message === b.message &&
    a.latest === b.latest &&
    a.locked === b.locked &&
    samePlace(a.place, b.place)
  );
}

/** An answer: its thoughts if it shows them, its words, how it ended, and what can be done with it. */
export const AssistantMessage = memo(function AssistantMessage({
  message,
  reconnecting,
  failed,
  latest,
  locked,
  place,
  onRegenerate,
  onContinue,
  onStop,
}: Props) {
  const t = useText();
  const { shared, writes } = useRoom();
  const running = message.status === 'streaming';
  const empty = message.content === '';
  return (
    <li
      className="turn turn-answer"
      data-latest={latest || undefined}
      aria-busy={running}
      data-message={message.id}
    >
      {place.fresh && <NewLine />}
      {shared ? <AuthorLine message={message} /> : <h2 className="unseen">{t.chat.answer}</h2>}
      {message.reasoning && <Reasoning text={message.reasoning} running={running && empty} />}
      {running && empty && !reconnecting && (
        <Flow label={failed ? t.chat.movingOn(providerName(failed)) : t.chat.thinking} />
      )}
      {message.status === 'unreadable' ? (
        <p className="muted">{t.chat.unreadable}</p>
      ) : (
        !empty && (
          <SourcesContext value={sourcesOf(message.metadata)}>
            <Markdown text={message.content} live={running} />
          </SourcesContext>
        )
      )}
      {!running && message.metadata.business !== undefined && (
        <Suspense fallback={null}>
          <MessageAnswer message={message} />
        </Suspense>
      )}
      {reconnecting && <Flow label={t.chat.reconnecting} />}
      {!running && (
        <>
          <AnswerNotice
            message={message}
            locked={locked || !writes}
            onRetry={() => onRegenerate(message, null)}
            onContinue={() => onContinue(message)}
          />
          <SourceRow message={message} />
          {shared && <ReactionChips message={message} />}
          <AnswerTools message={message} locked={locked} onRegenerate={onRegenerate} />
        </>
      )}
      {running && (
        <div className="turn-tools" data-shown={onStop ? true : undefined}>
          {onStop && (
            <Button
              small
              look="quiet"
              icon="stop"
              aria-label={t.rooms.message.stopThis(authorName(message, '', t))}
              onClick={() => onStop(message)}
            >
              {t.rooms.message.stop}
            </Button>
          )}
        </div>
      )}
      <ReadMarks readers={place.readers} />
    </li>
  );
}, same);
