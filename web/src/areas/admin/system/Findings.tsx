import { StateDot } from '../frame/StateDot';
import { useAdminText } from '../text';
import type { Finding } from '../types';

const LOOK = { ok: 'good', warn: 'warn', fail: 'bad' } as const;
const ORDER = ['fail', 'warn', 'ok'] as const;

/** What the doctor found: what has to be done first, with how to do it; what is well, folded away. */
export function Findings({ findings }: { findings: Finding[] }) {
  const s = useAdminText().system;
  const troubles = findings
    .filter((f) => f.state !== 'ok')
    .sort((x, y) => ORDER.indexOf(x.state) - ORDER.indexOf(y.state));
  const well = findings.filter((f) => f.state === 'ok');
  const row = (finding: Finding) => (
    <li key={finding.check} className="afinding">
      <StateDot look={LOOK[finding.state]}>{s.states[finding.state]}</StateDot>
      <div className="afinding-words">
        <strong>{finding.check}</strong>
        <p>{finding.words}</p>
        {finding.advice && finding.state !== 'ok' && (
          <p className="afinding-advice">{finding.advice}</p>
        )}
      </div>
    </li>
  );
  return (
    <>
      {troubles.length === 0 ? (
        <StateDot look="good">{s.allWell(well.length)}</StateDot>
      ) : (
        <ul className="afindings">{troubles.map(row)}</ul>
      )}
      {well.length > 0 && (
        <details className="acard-table">
          <summary>{s.well(well.length)}</summary>
          <ul className="afindings">{well.map(row)}</ul>
        </details>
      )}
    </>
  );
}
