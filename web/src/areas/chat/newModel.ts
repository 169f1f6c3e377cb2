import { Cell, useCell } from '@/live/cell';

/** The model and the assistant chosen for the next new conversation, while this page lives. */
const model = new Cell<string | null>(null);
const assistant = new Cell<string | null>(null);

export function setNewModel(chosen: string | null): void {
  model.set(chosen);
}

export function useNewModel(): string | null {
  return useCell(model);
}

export function setNewAssistant(chosen: string | null): void {
  assistant.set(chosen);
}

export function useNewAssistant(): string | null {
  return useCell(assistant);
}
