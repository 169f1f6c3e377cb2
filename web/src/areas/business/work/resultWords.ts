/** What came of a step, as a sentence where it has one. */
export function resultWords(result: unknown): string | null {
  if (typeof result === 'string') return result;
  if (typeof result === 'number') return String(result);
  if (typeof result !== 'object' || result === null) return null;
  const { text, value } = result as { text?: unknown; value?: unknown };
  if (typeof text === 'string' && text) return text;
  return typeof value === 'string' ? value : null;
}
