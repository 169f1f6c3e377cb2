import type { Message } from '@/api/contract';
import { shortName } from '@/areas/models/models';
import type { Catalogue } from '@/text';

/** Who wrote a message, in words: oneself, a person, or a model by its name. */
export function authorName(message: Message, me: string, t: Catalogue): string {
  if (message.role === 'assistant') {
    return message.model ? shortName(message.model) : t.chat.answer;
  }
  if (message.author?.id === me) return t.rooms.message.you;
  return message.author?.full_name ?? t.rooms.people.someone;
}
