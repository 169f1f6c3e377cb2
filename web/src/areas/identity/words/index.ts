import { useLanguage } from '@/text';
import { en, type SignInWords } from './en';
import { pt } from './pt';

const ALL = { en, pt };

/** The words of signing in and of security: they come with the pages that say them. */
export function useSignInWords(): SignInWords {
  return ALL[useLanguage()];
}
