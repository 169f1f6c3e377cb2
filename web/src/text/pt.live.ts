import type { Catalogue } from './en';

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** What is said of the connection and of what is still to be sent. */
export const ptLive: Catalogue['live'] = {
  offline: 'Sem ligação — o que escrever fica guardado e é enviado depois',
  offlineWaiting: (n: number) =>
    `Sem ligação — ${plural(n, 'alteração fica guardada', 'alterações ficam guardadas')} para enviar depois`,
  connecting: 'A ligar…',
  newVersion: 'Há uma nova versão pronta',
  reload: 'Recarregar',
  sending: 'A enviar…',
  waiting: 'À espera de ser enviada',
  notSent: 'Não enviada.',
  discard: 'Descartar',
  editAgain: 'Editar',
};
