const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** What is said of files where a message is written; all else comes with the files themselves. */
export const enFiles = {
  title: 'Files',
  attach: 'Attach files',
  photo: 'Take a photo',
  photos: 'Photos and videos',
  browse: 'Choose files',
  drop: 'Drop files to attach them',
  sendsWhen: (n: number) => `Sends when ${plural(n, 'file is', 'files are')} uploaded`,
  doNotSend: 'Do not send yet',
  attention: (n: number) => `${plural(n, 'file needs', 'files need')} your attention`,
  attached: (n: number) => plural(n, 'file', 'files'),
};
