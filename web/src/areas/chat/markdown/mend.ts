function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

/** Closes a mark that is still open; one that has only just begun is left out until more comes. */
function close(text: string, mark: string): string {
  if (count(text, mark) % 2 === 0) return text;
  return text.endsWith(mark) ? text.slice(0, -mark.length) : text + mark;
}

/**
 * Makes the end of a growing block whole, so that its marks do not stand there as characters until
 * their other half arrives. Code fences are left alone: they are whole while they grow.
 */
export function mend(raw: string): string {
  if (/^\s*(?:```|~~~)/.test(raw)) return raw;
  if (count(raw, '$$') % 2 === 1) return `${raw.replace(/\$$/, '')}\n$$`;
  const end = raw.trimEnd();
  if (count(end, '`') % 2 === 1) return close(end, '`');
  const linked = end
    .replace(/!?\[([^\][\n]*)\]\([^)\s]*$/, '$1')
    .replace(/!?\[([^\][\n]*)$/, (whole, words: string) => {
      if (/^\d[\d, ]*$/.test(words)) return ''; // the number of a source, not yet whole
      return /^[ xX]?$/.test(words) ? whole : words;
    });
  const strong = close(linked, '**');
  return strong === raw.trimEnd() ? raw : strong;
}
