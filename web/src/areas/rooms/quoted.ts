import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Message } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Loaded } from '@/areas/chat/messages';

/** A message that another one quotes: from what is loaded, else from the server. */
export function useQuoted(threadId: string, messageId: string) {
  return useQuery({
    queryKey: keys.message(messageId),
    queryFn: ({ signal }) =>
      api.get<Message>(`/threads/${threadId}/messages/${messageId}`, {}, signal),
    initialData: () =>
      queryClient
        .getQueryData<Loaded>(keys.messages(threadId))
        ?.messages.find((m) => m.id === messageId),
    staleTime: 5 * 60_000,
    retry: false,
  });
}

/** The beginning of a message in one line, without the marks of its markup. */
export function snippet(content: string, most = 140): string {
  const plain = content
    .slice(0, most * 4)
    .replace(/```[\w-]*\n?|[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}/g, '')
    .replace(/^[#>\-\s]+/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most).trimEnd()}…` : plain;
}
