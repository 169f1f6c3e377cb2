import type { enFiles } from './en.files';

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const ptFiles: typeof enFiles = {
  title: 'Ficheiros',
  attach: 'Anexar ficheiros',
  photo: 'Tirar uma fotografia',
  photos: 'Fotografias e vídeos',
  browse: 'Escolher ficheiros',
  drop: 'Largue os ficheiros para os anexar',
  sendsWhen: (n) =>
    `É enviada quando ${n === 1 ? 'o ficheiro chegar' : `os ${n} ficheiros chegarem`}`,
  doNotSend: 'Não enviar ainda',
  attention: (n) =>
    n === 1 ? '1 ficheiro precisa da sua atenção' : `${n} ficheiros precisam da sua atenção`,
  attached: (n) => plural(n, 'ficheiro', 'ficheiros'),
};
