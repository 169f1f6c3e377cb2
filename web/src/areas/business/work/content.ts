/** Recipients however they are written: a list, or one line with commas. */
export function recipients(to: unknown): string[] {
  const list = Array.isArray(to) ? to.map(String) : typeof to === 'string' ? to.split(/[,;]/) : [];
  return list.map((one) => one.trim()).filter(Boolean);
}

/** What stands in an action's content under a name, as text. */
export function textOf(content: Record<string, unknown>, name: string): string {
  const value = content[name];
  return typeof value === 'string' ? value : '';
}

function plainly(value: unknown): string {
  if (typeof value === 'string') return value;
  const words = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return words ? value.join(', ') : JSON.stringify(value);
}

/** What is in the content beside what a form of its own shows: still shown, for a yes is to all of it. */
export function others(content: Record<string, unknown>, known: string[]): [string, string][] {
  return Object.entries(content)
    .filter(([name, value]) => !known.includes(name) && value !== null && value !== undefined)
    .map(([name, value]) => [name, plainly(value)]);
}

/** Seconds left until a moment; none once it has passed. */
export function secondsLeft(until: string | null, now: number): number {
  if (!until) return 0;
  return Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
}

/** All warnings are ticked: only then a yes is a yes. */
export function ready(warnings: string[], ticked: ReadonlySet<string>): boolean {
  return warnings.every((warning) => ticked.has(warning));
}
