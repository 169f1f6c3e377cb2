import { useRef } from 'react';
import { Block } from './Block';
import { cut, NO_BLOCKS } from './blocks';
import './markdown.css';

interface Props {
  text: string;
  /** While the text still grows, the end carries a caret. */
  live?: boolean;
}

/** Markdown, block by block. Blocks that did not change are not drawn again. */
export function Markdown({ text, live }: Props) {
  const blocks = useRef(NO_BLOCKS);
  // A cache, not state: the same text gives the same blocks whatever was kept.
  const now = cut(text, blocks.current);
  blocks.current = now;
  return (
    <div className="md" data-live={live || undefined}>
      {now.raws.map((raw, i) => (
        <Block key={i} raw={raw} growing={live === true && i === now.raws.length - 1} />
      ))}
    </div>
  );
}
