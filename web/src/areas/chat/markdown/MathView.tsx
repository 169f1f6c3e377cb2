import { useEffect, useState } from 'react';

type Render = (tex: string, display: boolean) => string | null;
let loaded: Render | null = null;

/** A formula. The typesetter comes only when the first formula does; until then its source stands. */
export function MathView({ tex, display }: { tex: string; display: boolean }) {
  const [render, setRender] = useState<Render | null>(() => loaded);
  useEffect(() => {
    if (loaded) return;
    let current = true;
    void import('./typeset').then(({ typeset }) => {
      loaded = typeset;
      if (current) setRender(() => typeset);
    });
    return () => {
      current = false;
    };
  }, []);
  const html = render?.(tex, display) ?? null;
  const Tag = display ? 'div' : 'span';
  if (html === null) {
    return <Tag className={display ? 'md-math' : undefined}>{<code>{tex}</code>}</Tag>;
  }
  // KaTeX writes this markup itself from the formula, with trust off: no links, no HTML of the answer.
  return (
    <Tag className={display ? 'md-math' : undefined} dangerouslySetInnerHTML={{ __html: html }} />
  );
}
