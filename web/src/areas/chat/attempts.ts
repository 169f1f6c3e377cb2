import type { ErrorDetail } from '@/api/contract';

export interface FailedAttempt {
  provider: string;
  model: string | null;
  why: string;
  times: number;
}

/** What an error says of each attempt; the same failure several times in a row is told once. */
export function failedAttempts(details: ErrorDetail[] | null | undefined): FailedAttempt[] {
  const list: FailedAttempt[] = [];
  for (const detail of details ?? []) {
    const id = detail.field ?? '';
    const slash = id.indexOf('/');
    if (id === '') continue;
    const provider = slash > 0 ? id.slice(0, slash) : id;
    const model = slash > 0 ? id.slice(slash + 1) : null;
    const why = detail.message ?? detail.code ?? '';
    const last = list.at(-1);
    if (last && last.provider === provider && last.model === model && last.why === why) {
      last.times++;
    } else list.push({ provider, model, why, times: 1 });
  }
  return list;
}

/** Who was asked before the one that answered, from the receipt that the server keeps with an answer. */
export function stoodIn(metadata: unknown): string[] {
  const attempts = (metadata as { attempts?: unknown } | null)?.attempts;
  if (!Array.isArray(attempts)) return [];
  const failed = (attempts as { ok?: boolean; provider?: string }[]).filter((a) => !a.ok);
  return [...new Set(failed.flatMap((a) => (a.provider ? [a.provider] : [])))];
}
