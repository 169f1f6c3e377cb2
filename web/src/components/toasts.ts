export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

type Listener = () => void;

let list: Toast[] = [];
let last = 0;
const listeners = new Set<Listener>();

function change(next: Toast[]): void {
  list = next;
  for (const listener of listeners) listener();
}

export const toasts = {
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: () => list,
  dismiss(id: number): void {
    change(list.filter((t) => t.id !== id));
  },
};

/** Says something in passing, with at most one thing to do about it. */
export function toast(text: string, action?: Toast['action'], ms = 5000): number {
  const id = ++last;
  change([...list.slice(-2), { id, text, action }]);
  setTimeout(() => toasts.dismiss(id), ms);
  return id;
}
