import { useEffect, useState } from 'react';
import { CopyButton } from '@/components/CopyButton';
import { useText } from '@/text';

interface Props {
  code: string;
  language: string;
  growing: boolean;
}

const PAUSE_MS = 160;

/** Code with its language, a copy button and, once the highlighter is here, colours. */
export function CodeBlock({ code, language, growing }: Props) {
  const t = useText();
  const name = language.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
  const [coloured, setColoured] = useState<{ code: string; html: string } | null>(null);

  useEffect(() => {
    let current = true;
    // While code still streams in, colours follow in steps and not with every word.
    const timer = setTimeout(
      () => {
        void import('./highlight').then(({ highlight }) => {
          const html = highlight(code, name);
          if (current) setColoured(html === null ? null : { code, html });
        });
      },
      growing ? PAUSE_MS : 0,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [code, name, growing]);

  // Colours of an earlier state stay on the part they cover; only the new end waits for its own.
  const covered = coloured && code.startsWith(coloured.code) ? coloured : null;
  return (
    <figure className="md-code">
      <figcaption>
        <span>{name || t.chat.code}</span>
        <CopyButton worded text={() => code} label={t.common.copy} />
      </figcaption>
      <pre tabIndex={0}>
        {covered ? (
          <code>
            {/* The highlighter escapes what it is given and adds only span elements. */}
            <span dangerouslySetInnerHTML={{ __html: covered.html }} />
            {code.slice(covered.code.length)}
          </code>
        ) : (
          <code>{code}</code>
        )}
      </pre>
    </figure>
  );
}
