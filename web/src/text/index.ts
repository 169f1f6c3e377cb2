import { useSyncExternalStore } from 'react';
import type { Catalogue } from './en';
import { en } from './en';

export type { Catalogue };

/** Languages there are; all but English are loaded when chosen. */
export const LANGUAGES = { en: 'English', pt: 'Português' } as const;
export type Language = keyof typeof LANGUAGES;

const loaders: Record<Exclude<Language, 'en'>, () => Promise<Catalogue>> = {
  pt: () => import('./pt').then((m) => m.pt),
};

let current: { language: Language; text: Catalogue } = { language: 'en', text: en };
const listeners = new Set<() => void>();

function isLanguage(code: string): code is Language {
  return code in LANGUAGES;
}

/** The language asked for, else the first of the browser's that there is, else English. */
export function pick(wanted: string | null, browser: readonly string[]): Language {
  for (const tag of wanted ? [wanted] : browser) {
    const code = tag.split('-')[0]?.toLowerCase() ?? '';
    if (isLanguage(code)) return code;
  }
  return 'en';
}

export async function setLanguage(wanted: string | null): Promise<void> {
  const language = pick(wanted, navigator.languages);
  if (language === current.language) return;
  const text = language === 'en' ? en : await loaders[language]();
  current = { language, text };
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const text = () => current.text;

/** For what is said outside of any component. */
export const currentText = text;

export function useText(): Catalogue {
  return useSyncExternalStore(subscribe, text, text);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language, language);
}

export function language(): Language {
  return current.language;
}
