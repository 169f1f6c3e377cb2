import { useBusinessText } from '../text';
import type { Action } from '../types';
import { others, recipients, textOf } from './content';

const KNOWN = ['to', 'subject', 'body'];

/** Exactly what would be done: for a mail all of it, for anything else every field. */
export function ActionContent({ action }: { action: Action }) {
  const b = useBusinessText();
  const { content, kind } = action;
  const mail = kind === 'email.send' || kind === 'email.draft';
  const rest = others(content, mail ? KNOWN : []);
  return (
    <div className="bcontent">
      {mail && (
        <dl className="bmail">
          <div>
            <dt>{b.actions.to}</dt>
            <dd>{recipients(content.to).join(', ') || '–'}</dd>
          </div>
          <div>
            <dt>{b.actions.subject}</dt>
            <dd>
              <strong>{textOf(content, 'subject') || '–'}</strong>
            </dd>
          </div>
        </dl>
      )}
      {mail && <pre className="bmail-body">{textOf(content, 'body')}</pre>}
      {rest.length > 0 && (
        <dl className="bfacts">
          {rest.map(([name, value]) => (
            <div key={name}>
              <dt>{b.actions.fields(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
