import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, open } from '@/api/client';
import { isFailure, networkFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Answer } from '@/live/answer';
import { emptyAnswer, reduce } from '@/live/answer';
import { EventReader } from '@/live/sse';
import type { Analysis } from '../contract';

/** While one runs that began elsewhere, it is looked at again and again. */
const LOOK_MS = 1_500;

export function useAnalyses(fileId: string) {
  return useQuery({
    queryKey: keys.analyses(fileId),
    queryFn: ({ signal }) => api.get<Analysis[]>(`/files/${fileId}/analyses`, {}, signal),
    refetchInterval: (query) =>
      query.state.data?.some((a) => a.status === 'streaming') ? LOOK_MS : false,
  });
}

/** A question that is being answered here. */
export interface Asked {
  prompt: string | null;
  answer: Answer;
  failure: unknown;
}

async function read(response: Response, onChange: (answer: Answer) => void): Promise<Answer> {
  const reader = response.body?.getReader();
  if (!reader) throw networkFailure();
  const decoder = new TextDecoder();
  const events = new EventReader();
  let answer = emptyAnswer();
  for (;;) {
    const { done, value } = await reader.read();
    const words = done ? decoder.decode() : decoder.decode(value, { stream: true });
    for (const event of events.push(words)) answer = reduce(answer, event);
    onChange(answer);
    if (done || answer.done) return answer;
  }
}

/** Asks about a file, and follows the answer; it is kept with the file whether one stays to read it or not. */
export function useAsking(fileId: string) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const running = useRef<string | null>(null);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const ask = useCallback(
    async (prompt: string | null, model: string | null) => {
      const show = (change: Partial<Asked>) =>
        here.current && setAsked((now) => now && { ...now, ...change });
      setAsked({ prompt, answer: emptyAnswer(), failure: null });
      try {
        const response = await open('POST', `/files/${fileId}/analyze`, {
          body: { prompt: prompt ?? undefined, model: model ?? undefined },
          accept: 'text/event-stream',
        });
        await read(response, (answer) => {
          running.current = answer.replyId;
          show({ answer });
        });
      } catch (error) {
        // With a name it runs on, or is kept as far as it came: the list has it.
        if (!running.current) {
          show({ failure: isFailure(error) ? error : networkFailure() });
          return;
        }
      } finally {
        running.current = null;
        await queryClient.invalidateQueries({ queryKey: keys.analyses(fileId) });
      }
      if (here.current) setAsked(null);
    },
    [fileId],
  );

  const stop = useCallback(
    async (id?: string) => {
      const which = id ?? running.current;
      if (!which) return;
      await api.post(`/files/${fileId}/analyses/${which}/stop`).catch(() => undefined);
      await queryClient.invalidateQueries({ queryKey: keys.analyses(fileId) });
    },
    [fileId],
  );

  return { asked, ask, stop, forget: () => setAsked(null) };
}

export async function deleteAnalysis(fileId: string, id: string): Promise<void> {
  await api.delete(`/files/${fileId}/analyses/${id}`);
  queryClient.setQueryData<Analysis[]>(keys.analyses(fileId), (list) =>
    list?.filter((a) => a.id !== id),
  );
}
