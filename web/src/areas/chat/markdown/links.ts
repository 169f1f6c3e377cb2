const ALLOWED = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address of a link if it is of a kind that cannot run anything, else nothing. */
export function safeHref(href: string): string | null {
  const trimmed = href.trim();
  if (trimmed.startsWith('#') || trimmed.startsWith('//')) return null;
  try {
    const url = new URL(trimmed, 'https://relative.invalid/');
    if (url.hostname === 'relative.invalid') return null;
    return ALLOWED.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `&amp;` and its like, as the Markdown reader leaves them in plain text. */
export function plain(text: string): string {
  if (!text.includes('&')) return text;
  const area = new DOMParser().parseFromString(text.replaceAll('<', '&lt;'), 'text/html');
  return area.documentElement.textContent ?? text;
}
