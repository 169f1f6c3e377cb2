import { useLanguage } from '../index';
import { en, type FilesText } from './en';
import { pt } from './pt';

export type { FilesText };

const ALL = { en, pt };

/** The words of files: too many for the first page, so they come with the parts that say them. */
export function useFilesText(): FilesText {
  return ALL[useLanguage()];
}
