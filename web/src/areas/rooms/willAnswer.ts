import type { Answers, Mention } from '@/api/contract';

interface Given {
  shared: boolean;
  answers: Answers | undefined;
  mentions: Mention[];
  /** What the person chose for this message, if they did. */
  chosen: boolean | null;
}

/** Whether a model will answer a message, and what the server must be told for that. */
export function willAnswer({ shared, answers, mentions, chosen }: Given): {
  answered: boolean;
  reply: boolean | undefined;
} {
  if (!shared) return { answered: true, reply: undefined };
  const byItself = answers === 'always' || mentions.some((m) => m.kind === 'model');
  if (chosen === null || chosen === byItself) return { answered: byItself, reply: undefined };
  return { answered: chosen, reply: chosen };
}
