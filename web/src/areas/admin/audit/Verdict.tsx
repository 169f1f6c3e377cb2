import { CopyButton } from '@/components/CopyButton';
import { dateTime, whole } from '@/text/numbers';
import { StateDot } from '../frame/StateDot';
import { useAdminText } from '../text';
import type { AuditVerdict } from '../types';
import './audit.css';

/** What came of reading the chain: whole, or where it is broken. */
export function Verdict({ verdict }: { verdict: AuditVerdict }) {
  const a = useAdminText();
  const { broken } = verdict;
  return (
    <div className="averdict" data-ok={verdict.ok || undefined}>
      <StateDot look={verdict.ok ? 'good' : 'bad'}>
        {verdict.ok ? a.audit.whole(whole(verdict.rows)) : a.audit.broken}
      </StateDot>
      {verdict.ok && verdict.from && verdict.to && (
        <p>{a.audit.span(dateTime(verdict.from), dateTime(verdict.to))}</p>
      )}
      {broken && (
        <p>
          {broken.at && a.audit.brokenAt(dateTime(broken.at))} {broken.reason}{' '}
          {broken.id && <code>{broken.id}</code>}
        </p>
      )}
      <p className="averdict-head">
        {a.audit.head} <code>{verdict.head}</code>
        <CopyButton text={() => verdict.head} label={a.audit.copyHead} />
      </p>
    </div>
  );
}
