import type { Token, Tokens } from 'marked';
import { memo } from 'react';
import { useText } from '@/text';
import { CodeBlock } from './CodeBlock';
import { Inline } from './Inline';
import type { MathToken } from './lexer';
import { lex } from './lexer';
import { mend } from './mend';
import { MathView } from './MathView';

/** One top-level block of an answer, from its source. */
export const Block = memo(function Block({ raw, growing }: { raw: string; growing: boolean }) {
  return <BlockTokens tokens={lex(growing ? mend(raw) : raw)} growing={growing} />;
});

function BlockTokens({ tokens, growing = false }: { tokens: Token[]; growing?: boolean }) {
  return tokens.map((token, i) => <BlockToken key={i} token={token} growing={growing} />);
}

function Table({ table }: { table: Tokens.Table }) {
  const t = useText();
  return (
    <div className="md-table" tabIndex={0} role="region" aria-label={t.chat.table}>
      <table>
        <thead>
          <tr>
            {table.header.map((cell, i) => (
              <th key={i} style={{ textAlign: cell.align ?? undefined }}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, i) => (
                <td key={i} style={{ textAlign: cell.align ?? undefined }}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, i) => (
    <li key={i} className={item.task ? 'md-task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled />}
      <BlockTokens tokens={item.tokens.filter((t) => t.type !== 'checkbox')} />
    </li>
  ));
  if (!list.ordered) return <ul>{items}</ul>;
  return <ol start={typeof list.start === 'number' ? list.start : undefined}>{items}</ol>;
}

function BlockToken({ token, growing }: { token: Token; growing: boolean }) {
  switch (token.type) {
    case 'heading': {
      const heading = token as Tokens.Heading;
      // An answer sits below the page's own headings.
      const Tag = (['h3', 'h3', 'h4', 'h5', 'h6', 'h6'] as const)[heading.depth - 1] ?? 'h6';
      return (
        <Tag data-depth={heading.depth}>
          <Inline tokens={heading.tokens} />
        </Tag>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Inline tokens={(token as Tokens.Paragraph).tokens} />
        </p>
      );
    case 'text': {
      const text = token as Tokens.Text;
      return <Inline tokens={text.tokens ?? [text]} />;
    }
    case 'code': {
      const code = token as Tokens.Code;
      return <CodeBlock code={code.text} language={code.lang ?? ''} growing={growing} />;
    }
    case 'blockquote':
      return (
        <blockquote>
          <BlockTokens tokens={(token as Tokens.Blockquote).tokens} />
        </blockquote>
      );
    case 'list':
      return <List list={token as Tokens.List} />;
    case 'table':
      return <Table table={token as Tokens.Table} />;
    case 'hr':
      return <hr />;
    case 'math': {
      const formula = token as unknown as MathToken;
      return <MathView tex={formula.tex} display />;
    }
    case 'html':
      // Shown as the text it is.
      return <p className="md-raw">{token.raw.trim()}</p>;
    default:
      return null;
  }
}
