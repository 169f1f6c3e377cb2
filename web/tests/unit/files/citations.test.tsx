import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { citedIn, splitCitations } from '../../../src/areas/files/citations/parse';
import { SourcesContext, sourcesOf } from '../../../src/areas/files/citations/sources';
import { findPassage } from '../../../src/areas/files/panel/marking';
import { mend } from '../../../src/areas/chat/markdown/mend';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children, className, 'aria-label': label }: Record<string, string>) => (
    <a className={className} aria-label={label}>
      {children}
    </a>
  ),
}));
const { Markdown } = await import('../../../src/areas/chat/markdown/Markdown');

const known = (n: number) => n >= 1 && n <= 4;

describe('splitCitations', () => {
  it.each([
    ['The rent is due [1].', ['The rent is due', 1, '.']],
    ['So it is[2][3].', ['So it is', 2, 3, '.']],
    ['Both [1, 3] say so', ['Both', 1, 3, ' say so']],
    ['All [1-3] say so', ['All', 1, 2, 3, ' say so']],
    ['As said【2†lease.pdf】', ['As said', 2]],
    ['As said[^4]', ['As said', 4]],
    ['[1] begins', [1, ' begins']],
    ['No source has this number [9].', ['No source has this number [9].']],
    ['One is not there [1, 9].', ['One is not there [1, 9].']],
    ['A list [a], a range [3-1], a year [2024]', ['A list [a], a range [3-1], a year [2024]']],
    ['', []],
  ])('%s', (text, pieces) => expect(splitCitations(text, known)).toEqual(pieces));

  it('loses no word, whatever is cited', () => {
    const text = 'a [1] b[2], c [3][4] d [7] e';
    const words = splitCitations(text, known).filter((p) => typeof p === 'string');
    expect(words.join('').replace(/\s/g, '')).toBe('ab,cd[7]e');
  });
});

describe('citedIn', () => {
  it('names each source once, in the order of the text, and does not read code', () => {
    expect(citedIn('b [2] a [1] b [2] `x[3]`\n```\ny[4]\n```', known)).toEqual([2, 1]);
  });
});

const metadata = {
  sources: [1, 2].map((n) => ({
    n,
    kind: 'file',
    file_id: `f${n}`,
    name: 'Lease.pdf',
    page: n,
    snippet: 'The rent',
  })),
};

function draw(text: string, facts: Record<string, unknown> = metadata): string {
  return renderToStaticMarkup(
    <SourcesContext value={sourcesOf(facts)}>
      <Markdown text={text} />
    </SourcesContext>,
  );
}
const chips = (html: string) => html.match(/class="cite"/g)?.length ?? 0;

describe('citations in an answer', () => {
  it('become chips that say where they lead', () => {
    const html = draw(
      'The rent is **due [1]** on the third [2].\n\n- a point [1]\n\n| a |\n|---|\n| b [2] |',
    );
    expect(chips(html)).toBe(4);
    expect(html).toContain('aria-label="Source 1: Lease.pdf, page 1"');
  });

  it('leave code, links and formulas alone', () => {
    for (const text of [
      'call `list[1]` now',
      '```js\nlist[1] = x[2];\n```',
      '[1](https://example.org/)',
      '[see [1] there](https://example.org/)',
      '$x_{[1]}$',
      '[1]: https://example.org/',
    ]) {
      expect(chips(draw(text))).toBe(0);
    }
    expect(draw('[1](https://example.org/)')).toContain('href="https://example.org/"');
  });

  it('are words where there are no sources, or none of that number', () => {
    expect(draw('As said [1].', {})).toContain('As said [1].');
    expect(draw('As said [7].')).toContain('As said [7].');
    expect(draw('As said [1].', { sources: 'x' })).toContain('[1]');
    expect(draw('As said [1].', { sources: [{ n: 1, kind: 'file' }, null] })).toContain('[1]');
  });

  it('never let an answer or a source write HTML', () => {
    const hostile = { sources: [{ ...metadata.sources[0], name: '"><img src=x>' }] };
    expect(draw('<img src=x> [1] <b>x</b>', hostile)).not.toMatch(/<(?:img|b)[\s>]/);
  });

  it('do not flicker while they are written', () => {
    expect(mend('due on the third [')).toBe(mend('due on the third ['));
    expect(mend('due on the third [1').trimEnd()).toBe('due on the third');
    expect(mend('due on the third [1, ').trimEnd()).toBe('due on the third');
    expect(mend('a link [wor')).toBe('a link wor');
  });
});

describe('findPassage', () => {
  const text =
    'First words.\n\nThe rent is  1,850 euros\na month, due on\nthe third working day. More.';
  const cut = (passage: string) => {
    const place = findPassage(text, passage);
    return place && text.slice(...place);
  };
  it('finds a passage whatever its spaces and its case', () => {
    expect(cut('the rent is 1,850 euros a month')).toBe('The rent is  1,850 euros\na month');
  });
  it('finds the beginning of one that was cut or differs at its end', () => {
    expect(cut('…The rent is 1,850 euros a month, payable elsewhere altogether…')).toContain(
      'The rent is  1,850',
    );
  });
  it('finds nothing where there is nothing', () => {
    expect(cut('A wholly different sentence about bread.')).toBeNull();
    expect(cut('')).toBeNull();
  });
});
