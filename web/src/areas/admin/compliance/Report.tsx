import { PageSection } from '@/app/PageSection';
import { useText } from '@/text';
import { date, dateTime, whole } from '@/text/numbers';
import { Verdict } from '../audit/Verdict';
import { useAdminText } from '../text';
import type { ComplianceReport } from '../types';
import { PlainTable } from './PlainTable';
import { TrailEntries } from './TrailEntries';

/** The report, chapter by chapter. */
export function Report({ report }: { report: ComplianceReport }) {
  const t = useText();
  const a = useAdminText();
  const c = a.compliance;
  const seen = (at: string | null) => (at ? dateTime(at) : t.common.never);
  return (
    <div className="areport">
      <p className="areport-made">
        {c.made(dateTime(report.generated_at), date(report.period.from), date(report.period.to))}
      </p>
      <PageSection title={c.trail} hint={c.trailHint}>
        <Verdict verdict={report.audit} />
      </PageSection>
      <PageSection title={c.access} hint={c.accessHint}>
        <PlainTable
          name={c.access}
          heads={[c.person, c.workspace, c.role, c.second, c.seen, c.tokens]}
          numbers={[5]}
          rows={report.access.map((row) => [
            <>
              {row.user}
              <small className="afacts">
                {row.email}
                {row.disabled && ` · ${c.disabled}`}
              </small>
            </>,
            row.workspace,
            t.workspace.roles[row.role] ?? row.role,
            row.second_factor ? c.yes : c.no,
            seen(row.last_seen_at),
            whole(row.tokens),
          ])}
        />
      </PageSection>
      <PageSection title={c.breakGlass} hint={c.breakGlassHint}>
        <TrailEntries name={c.breakGlass} entries={report.break_glass} />
      </PageSection>
      <PageSection title={c.exports} hint={c.exportsHint}>
        <TrailEntries name={c.exports} entries={report.exports} />
      </PageSection>
      <PageSection title={c.erasures} hint={c.erasuresHint}>
        <TrailEntries name={c.erasures} entries={report.erasures} />
      </PageSection>
      <PageSection title={c.keys} hint={c.keysHint}>
        <PlainTable
          name={c.keys}
          heads={[c.workspace, c.created, c.age, c.rotated]}
          numbers={[2]}
          rows={report.keys.map((key) => [
            key.workspace,
            date(key.created_at),
            c.days(key.age_days),
            key.rotated_at ? date(key.rotated_at) : t.common.never,
          ])}
        />
      </PageSection>
      <PageSection title={c.failed}>
        <PlainTable
          name={c.failed}
          heads={[c.day, c.count]}
          numbers={[1]}
          rows={report.failed_sign_ins.map((row) => [date(`${row.day}T12:00`), whole(row.count)])}
        />
      </PageSection>
      <PageSection title={c.retention}>
        <PlainTable
          name={c.retention}
          heads={[c.what, c.kept]}
          numbers={[1]}
          rows={report.retention.map((row) => [
            c.keeps[row.what] ?? row.what,
            row.days === null ? c.forever : c.days(row.days),
          ])}
        />
      </PageSection>
    </div>
  );
}
