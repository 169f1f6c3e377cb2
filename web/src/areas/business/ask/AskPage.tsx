import { useEffect, useRef } from 'react';
import { Button } from '@/components/Button';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { AskBox } from './AskBox';
import './ask.css';
import { AskedItem } from './AskedItem';
import { ask, startAnew, useAsked } from './asking';

/** Questions and answers, one below the other; each may build on the one before. */
export function AskPage() {
  const b = useBusinessText();
  const list = useAsked();
  const end = useRef<HTMLDivElement>(null);
  const latest = list.at(-1);
  useEffect(() => {
    if (latest) end.current?.scrollIntoView({ block: 'end' });
  }, [latest]);
  return (
    <BusinessFrame
      title={b.tabs.ask}
      lead={list.length === 0 ? b.ask.lead : undefined}
      tools={
        list.length > 0 && (
          <Button small icon="plus" onClick={startAnew}>
            {b.ask.anew}
          </Button>
        )
      }
    >
      {list.length === 0 && (
        <ul className="bexamples-list" aria-label={b.ask.examplesLabel}>
          {b.ask.examples.map((example) => (
            <li key={example}>
              <button type="button" onClick={() => ask(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
      <ol className="basked" aria-label={b.ask.thread}>
        {list.map((asked) => (
          <AskedItem key={asked.id} asked={asked} latest={asked === latest} />
        ))}
      </ol>
      <div className="bask-foot">
        <AskBox follow={list.length > 0} focus />
      </div>
      <div ref={end} className="bask-end" />
    </BusinessFrame>
  );
}
