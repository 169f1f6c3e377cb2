import katex from 'katex';
import 'katex/dist/katex.min.css';

const cache = new Map<string, string | null>();

export function typeset(tex: string, display: boolean): string | null {
  const key = `${display ? 'd' : 'i'}${tex}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  let html: string | null;
  try {
    html = katex.renderToString(tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 20,
      maxExpand: 400,
    });
  } catch {
    html = null; // not a formula, or not a whole one yet: its source is shown
  }
  if (cache.size > 500) cache.clear();
  cache.set(key, html);
  return html;
}
