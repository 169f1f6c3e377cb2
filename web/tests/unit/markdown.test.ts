import { describe, expect, it } from 'vitest';
import type { Blocks } from '../../src/areas/chat/markdown/blocks';
import { cut, NO_BLOCKS } from '../../src/areas/chat/markdown/blocks';
import { lex } from '../../src/areas/chat/markdown/lexer';
import { safeHref } from '../../src/areas/chat/markdown/links';
import { mend } from '../../src/areas/chat/markdown/mend';
import { RICH } from '../standin/texts';

describe('cut', () => {
  it('gives the same blocks whether a text came at once or letter by letter', () => {
    let growing: Blocks = NO_BLOCKS;
    for (let i = 1; i <= RICH.length; i++) growing = cut(RICH.slice(0, i), growing);
    expect(growing.raws.join('')).toBe(RICH);
    expect(growing.raws).toEqual(cut(RICH, NO_BLOCKS).raws);
  });

  it('leaves finished blocks as they are', () => {
    const before = cut('One.\n\nTwo.\n\nThr', NO_BLOCKS);
    const after = cut('One.\n\nTwo.\n\nThree.', before);
    expect(after.raws[0]).toBe(before.raws[0]);
    expect(after.raws).toHaveLength(3);
  });

  it('begins again when the text is another', () => {
    const before = cut('One.\n\nTwo.', NO_BLOCKS);
    expect(cut('Other.', before).raws).toEqual(['Other.']);
  });
});

describe('lex', () => {
  const types = (text: string): string[] => {
    const [block] = lex(text);
    return block && 'tokens' in block ? (block.tokens ?? []).map((t) => t.type) : [];
  };

  it('finds formulas', () => {
    expect(types('so $a^2$ and \\(b\\)')).toEqual(['text', 'math', 'text', 'math']);
    expect(lex('$$\nx = 1\n$$')[0]).toMatchObject({ type: 'math', display: true, tex: 'x = 1' });
    expect(lex('\\[ y \\]')[0]).toMatchObject({ type: 'math', tex: 'y' });
  });

  it('leaves prices alone', () => {
    expect(types('from $5 to $10 a month')).toEqual(['text']);
  });
});

describe('mend', () => {
  it('closes what is open at the end of a growing block', () => {
    expect(mend('so **bold')).toBe('so **bold**');
    expect(mend('so **')).toBe('so ');
    expect(mend('the `name')).toBe('the `name`');
    expect(mend('see [the page](https://exa')).toBe('see the page');
    expect(mend('see [the pa')).toBe('see the pa');
    expect(mend('$$\nx = 1')).toBe('$$\nx = 1\n$$');
  });

  it('leaves alone what is whole', () => {
    for (const text of [
      '**a** b',
      '`a`',
      '[a](https://b.example)',
      '$$x$$',
      '```rust\nlet `',
      'a*b',
      '- [ ] ',
    ]) {
      expect(mend(text)).toBe(text);
    }
  });
});

describe('safeHref', () => {
  it('lets through what cannot run', () => {
    expect(safeHref('https://example.org/a?b')).toBe('https://example.org/a?b');
    expect(safeHref('mailto:a@example.org')).toBe('mailto:a@example.org');
  });

  it('refuses everything else', () => {
    for (const href of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      '//evil.example',
      '/api/v1/auth/logout',
      '#x',
    ]) {
      expect(safeHref(href)).toBeNull();
    }
  });
});
