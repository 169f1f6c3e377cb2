/** The address of a message: its thread, opened at that message. */
export function messageLink(threadId: string, messageId: string): string {
  return `${location.origin}/c/${threadId}?m=${messageId}`;
}

export function threadLink(threadId: string): string {
  return `${location.origin}/c/${threadId}`;
}
