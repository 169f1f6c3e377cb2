import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from '../../src/areas/chat/markdown/Markdown';
import { RICH } from '../standin/texts';

/** As drawn, without the copy button that is ours. */
const draw = (text: string, live = false) =>
  renderToStaticMarkup(<Markdown text={text} live={live} />).replace(
    /<figcaption>.*?<\/figcaption>/gs,
    '',
  );

describe('Markdown', () => {
  it('draws what an answer can hold', () => {
    const html = draw(RICH);
    for (const tag of ['<h4', '<table', '<ol', '<ul', '<blockquote', '<pre', '<strong', '<em']) {
      expect(html).toContain(tag);
    }
    expect(html).toContain('href="https://en.wikipedia.org/wiki/Tributary"');
  });

  it('breaks lines in a table', () => {
    expect(draw('| a |\n|---|\n| b<br>c |')).toContain('b<br/>c');
  });

  it('never lets an answer write HTML', () => {
    const hostile = [
      '<img src=x onerror=alert(1)>',
      'a <script>alert(1)</script> b',
      '<div onclick="x">\n\ntext\n\n</div>',
      '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
      '[x](javascript:alert(1))',
      '[x](data:text/html;base64,AAAA)',
      '![x](https://evil.example/p.png?secret)',
      '[x]( java\tscript:alert(1) "t")',
      '<https://ok.example/<img>>',
      '```html\n<img src=x onerror=alert(1)>\n```',
      '`<b>x</b>`',
      '| <img src=x> |\n|---|\n| <iframe src=x></iframe> |',
      '# <b onmouseover=x>y</b>',
      '$$\\href{javascript:alert(1)}{x}$$',
    ];
    for (const text of hostile) {
      for (const html of [draw(text), draw(text, true)]) {
        expect(html).not.toMatch(/<(?:img|script|svg|iframe|b|form|object)[\s>/]/i);
        expect(html).not.toMatch(/<[^>]*\s(?:on\w+|src|style)=(?!"text-align)/i);
        expect(html).not.toMatch(/href="(?!https:\/\/)/i);
      }
    }
  });
});
