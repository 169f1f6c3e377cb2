/** What the next new assistant begins with: an example that was chosen, once. */
export interface Beginning {
  name: string;
  prompt: string;
  style: string;
}

let next: Beginning | null = null;

export function beginWith(beginning: Beginning): void {
  next = beginning;
}

export function takeBeginning(): Beginning | null {
  const taken = next;
  next = null;
  return taken;
}
