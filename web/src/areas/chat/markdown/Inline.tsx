import type { Token, Tokens } from 'marked';
import { CitedWords } from '@/areas/files/citations/CitedWords';
import { SourcesContext } from '@/areas/files/citations/sources';
import type { MathToken } from './lexer';
import { plain, safeHref } from './links';
import { MathView } from './MathView';

/** Words within a block. */
export function Inline({ tokens }: { tokens: Token[] }) {
  return tokens.map((token, i) => <InlineToken key={i} token={token} />);
}

function Link({ link }: { link: Tokens.Link }) {
  const href = safeHref(link.href);
  // A link leads to one place: numbers in its words are words.
  const words = (
    <SourcesContext value={null}>
      <Inline tokens={link.tokens} />
    </SourcesContext>
  );
  if (href === null) return <span>{words}</span>;
  return (
    <a
      href={href}
      title={link.title ?? undefined}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {words}
    </a>
  );
}

/** Images of an answer are never fetched from elsewhere: they become links, so no address leaks by itself. */
function Picture({ image }: { image: Tokens.Image }) {
  const href = safeHref(image.href);
  const name = image.text || image.href;
  if (href === null) return <span>{name}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {name} ↗
    </a>
  );
}

function InlineToken({ token }: { token: Token }) {
  switch (token.type) {
    case 'text': {
      const text = token as Tokens.Text;
      if (text.tokens) return <Inline tokens={text.tokens} />;
      return <CitedWords text={plain(text.text)} />;
    }
    case 'escape':
      return plain((token as Tokens.Escape).text);
    case 'strong':
      return (
        <strong>
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </del>
      );
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link link={token as Tokens.Link} />;
    case 'image':
      return <Picture image={token as Tokens.Image} />;
    case 'html':
      // Models break lines in tables this way; anything else is shown as the text it is.
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? <br /> : token.raw;
    case 'math': {
      const formula = token as unknown as MathToken;
      return <MathView tex={formula.tex} display={formula.display} />;
    }
    default:
      return token.raw;
  }
}
