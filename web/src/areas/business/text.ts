import { useLanguage } from '@/text';
import type { BusinessText } from '@/text/business/en';
import { en } from '@/text/business/en';
import { pt } from '@/text/business/pt';

export type { BusinessText };

const TEXTS = { en, pt };

/** What is said of business data; it comes with the pages that say it. */
export function useBusinessText(): BusinessText {
  return TEXTS[useLanguage()];
}
