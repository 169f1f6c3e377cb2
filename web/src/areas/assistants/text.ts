import { useLanguage } from '@/text';
import { enAssistants } from '@/text/en.assistants';
import { ptAssistants } from '@/text/pt.assistants';

const TEXTS = { en: enAssistants, pt: ptAssistants };

/** What is said of assistants; it comes with the pages that say it. */
export function useAssistantText(): typeof enAssistants {
  return TEXTS[useLanguage()];
}
