import { useLanguage } from '@/text';
import type { AdminText } from '@/text/admin/en';
import { en } from '@/text/admin/en';
import { pt } from '@/text/admin/pt';

export type { AdminText };

const TEXTS = { en, pt };

/** What the administrators' pages say; it comes with them. */
export function useAdminText(): AdminText {
  return TEXTS[useLanguage()];
}
