import { setDraft } from '@/areas/chat/drafts';
import { composerFocus } from '@/areas/chat/composerFocus';
import type { Message } from '@/api/contract';
import { AnswerCard } from './AnswerCard';
import { wholeAnswer } from './whole';

/** The number behind the words of a message; another question goes to where one writes. */
export function MessageAnswer({ message }: { message: Message }) {
  const answer = wholeAnswer(message.metadata.business);
  if (!answer) return null;
  return (
    <AnswerCard
      answer={answer}
      wordless={message.content !== ''}
      onAsk={(question) => {
        setDraft(message.thread_id, question);
        composerFocus.take();
      }}
    />
  );
}
