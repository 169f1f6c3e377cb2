import { useState } from 'react';
import { Button } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { dateTime } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { DeadLetter } from '../types';
import { useDiscard, useReplay } from './sources';

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** A record that could not be taken in: why, what it is, and what to do with it. */
export function DeadLetterItem({
  connectorId,
  letter,
  manages,
}: {
  connectorId: string;
  letter: DeadLetter;
  manages: boolean;
}) {
  const t = useText();
  const b = useBusinessText();
  const replay = useReplay(connectorId);
  const discard = useDiscard(connectorId);
  const [sure, setSure] = useState(false);
  const failed = (error: unknown) => void toast(describe(error, t));
  return (
    <li className="bletter">
      <div className="bletter-head">
        <strong>
          {b.streams(letter.stream)} {letter.source_id ?? ''}
        </strong>
        <span className="quiet">
          {b.letters.seen(dateTime(letter.last_seen_at), letter.attempts)}
        </span>
      </div>
      <p className="brun-error">{letter.error}</p>
      <details className="bhow bhow-small">
        <summary>{b.letters.view}</summary>
        <figure className="bsql">
          <figcaption>
            {b.letters.stage(letter.stage)}
            <CopyButton text={() => letter.body} />
          </figcaption>
          <pre tabIndex={0}>
            <code>{pretty(letter.body)}</code>
          </pre>
        </figure>
      </details>
      {manages && (
        <div className="bletter-ends">
          <Button
            small
            icon="refresh"
            busy={replay.isPending}
            onClick={() =>
              replay.mutate(letter.id, {
                onSuccess: () => void toast(b.letters.replayed),
                onError: failed,
              })
            }
          >
            {b.letters.replay}
          </Button>
          <Button
            small
            look={sure ? 'danger' : 'quiet'}
            icon="trash"
            busy={discard.isPending}
            onBlur={() => setSure(false)}
            onClick={() => (sure ? discard.mutate(letter.id, { onError: failed }) : setSure(true))}
          >
            {sure ? b.letters.sure : b.letters.discard}
          </Button>
        </div>
      )}
    </li>
  );
}
