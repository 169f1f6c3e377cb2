const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** What is said of the connection and of what is still to be sent. */
export const enLive = {
  offline: 'Offline — what you write is kept and sent later',
  offlineWaiting: (n: number) =>
    `Offline — ${plural(n, 'change is', 'changes are')} kept and sent later`,
  connecting: 'Connecting…',
  newVersion: 'A new version is ready',
  reload: 'Reload',
  sending: 'Sending…',
  waiting: 'Waiting to be sent',
  notSent: 'Not sent.',
  discard: 'Discard',
  editAgain: 'Edit',
};
