import type { SettingValues } from '@/api/contract';

const KEY = 'trb.look';

type Look = Pick<SettingValues, 'theme' | 'density' | 'font' | 'text_size'>;

export function storedLook(): Look {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Look;
  } catch {
    return {};
  }
}

/** Puts the look on the page, and keeps it where `first-paint.js` finds it before the next one. */
export function applyLook(values: SettingValues): void {
  const root = document.documentElement;
  if (values.theme === 'light' || values.theme === 'dark') root.dataset.theme = values.theme;
  else delete root.dataset.theme;
  if (values.density === 'compact') root.dataset.density = values.density;
  else delete root.dataset.density;
  if (values.font && values.font !== 'sans') root.dataset.font = values.font;
  else delete root.dataset.font;
  const size = values.text_size;
  if (size) root.style.setProperty('--text-scale', String(Math.min(1.25, Math.max(0.9, size))));
  else root.style.removeProperty('--text-scale');
  const { theme, density, font, text_size } = values;
  try {
    localStorage.setItem(KEY, JSON.stringify({ theme, density, font, text_size }));
  } catch {
    // The look then lasts as long as this page.
  }
}

/** Is the page dark right now, by choice or by the system? */
export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
