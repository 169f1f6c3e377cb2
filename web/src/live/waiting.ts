import { Cell } from './cell';
import { pending } from './connection';
import type { Outbox, OutboxItem } from './outbox';
import { add, EMPTY } from './outbox';

/** What is still to be sent, as the page shows it. */
export const outboxCell = new Cell<Outbox>(EMPTY);

let told: Outbox = EMPTY;
/** Written in this tab and not yet seen in what the leader says it has. */
let unseen: OutboxItem[] = [];

function show(): void {
  let all = told;
  for (const item of unseen) all = add(all, item);
  outboxCell.set(all);
  pending.set(all.items.filter((i) => !i.quiet).length);
}

/** What the tab that sends says it has. */
export function showOutbox(box: Outbox): void {
  told = box;
  const ids = new Set(box.items.map((i) => i.id));
  unseen = unseen.filter((i) => !ids.has(i.id));
  show();
}

export function addUnseen(item: OutboxItem): void {
  unseen.push(item);
  show();
}

export function unseenItems(): readonly OutboxItem[] {
  return unseen;
}

export function forgetOutbox(): void {
  unseen = [];
  showOutbox(EMPTY);
}
