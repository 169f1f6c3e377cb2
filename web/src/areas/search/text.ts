import { useLanguage } from '@/text';
import { enSearch } from '@/text/en.search';
import { ptSearch } from '@/text/pt.search';

const TEXTS = { en: enSearch, pt: ptSearch };

export type SearchText = typeof enSearch;

/** What is said where something is looked for; it comes with the pages that say it. */
export function useSearchText(): SearchText {
  return TEXTS[useLanguage()];
}
