import type { Token, TokenizerAndRendererExtension } from 'marked';
import { Marked } from 'marked';

/** A formula; the words between the marks, never HTML. */
export interface MathToken {
  type: 'math';
  raw: string;
  tex: string;
  display: boolean;
}

const BLOCK = /^(?:\$\$\s*\n?([\s\S]+?)\n?\s*\$\$|\\\[([\s\S]+?)\\\])(?:[ \t]*(?:\n|$))/;
const DISPLAY = /^(?:\$\$([^$\n]+?)\$\$|\\\[([^\n]+?)\\\])/;
/** A dollar opens a formula only before a non-space, and closes it only where no digit follows: prices stay prices. */
const INLINE = /^(?:\$(?!\s|\$)((?:\\.|[^\\$\n])+?)(?<!\s)\$(?!\d)|\\\(([^\n]+?)\\\))/;

function math(raw: string, tex: string, display: boolean): MathToken {
  return { type: 'math', raw, tex: tex.trim(), display };
}

const blockMath: TokenizerAndRendererExtension = {
  name: 'blockMath',
  level: 'block',
  start: (src) => src.match(/\$\$|\\\[/)?.index,
  tokenizer(src) {
    const m = BLOCK.exec(src);
    return m ? math(m[0], m[1] ?? m[2] ?? '', true) : undefined;
  },
};

const inlineMath: TokenizerAndRendererExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (src) => src.match(/\$|\\[([]/)?.index,
  tokenizer(src) {
    const shown = DISPLAY.exec(src);
    if (shown) return math(shown[0], shown[1] ?? shown[2] ?? '', true);
    const m = INLINE.exec(src);
    return m ? math(m[0], m[1] ?? m[2] ?? '', false) : undefined;
  },
};

const marked = new Marked({ gfm: true, breaks: true });
marked.use({ extensions: [blockMath, inlineMath] });

/** Markdown as tokens. They are drawn as elements by React; no HTML of an answer is ever parsed. */
export function lex(markdown: string): Token[] {
  return marked.lexer(markdown);
}
