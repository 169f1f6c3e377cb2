import { memo } from 'react';
import type { Message } from '@/api/contract';
import { providerName } from '@/areas/models/providerNames';
import { useText } from '@/text';
import { AnswerNotice } from './AnswerNotice';
import { AnswerTools } from './AnswerTools';
import { Flow } from './Flow';
import { Markdown } from './markdown/Markdown';
import { Reasoning } from './Reasoning';

interface Props {
  message: Message;
  live: boolean;
  reconnecting: boolean;
  failed: string | null;
  latest: boolean;
  locked: boolean;
  onRegenerate: (reply: Message, model: string | null) => void;
  onContinue: (reply: Message) => void;
}

function same(a: Props, b: Props): boolean {
  if (a.live || b.live) return false;
  return a.message === b.message && a.latest === b.latest && a.locked === b.locked;
}

/** An answer: its thoughts if it shows them, its words, how it ended, and what can be done with it. */
export const AssistantMessage = memo(function AssistantMessage({
  message,
  reconnecting,
  failed,
  latest,
  locked,
  onRegenerate,
  onContinue,
}: Props) {
  const t = useText();
  const running = message.status === 'streaming';
  const empty = message.content === '';
  return (
    <li className="turn turn-answer" data-latest={latest || undefined} aria-busy={running}>
      <h2 className="unseen">{t.chat.answer}</h2>
      {message.reasoning && <Reasoning text={message.reasoning} running={running && empty} />}
      {running && empty && !reconnecting && (
        <Flow label={failed ? t.chat.movingOn(providerName(failed)) : t.chat.thinking} />
      )}
      {message.status === 'unreadable' ? (
        <p className="muted">{t.chat.unreadable}</p>
      ) : (
        !empty && <Markdown text={message.content} live={running} />
      )}
      {reconnecting && <Flow label={t.chat.reconnecting} />}
      {!running && (
        <>
          <AnswerNotice
            message={message}
            locked={locked}
            onRetry={() => onRegenerate(message, null)}
            onContinue={() => onContinue(message)}
          />
          <AnswerTools message={message} locked={locked} onRegenerate={onRegenerate} />
        </>
      )}
      {running && <div className="turn-tools" aria-hidden="true" />}
    </li>
  );
}, same);
