import { exact, rounded } from '../formats';
import type { Amount, Unit } from '../types';

/** A number, or one for each currency side by side: they are never added. */
export function Values({
  amounts,
  unit,
  full,
}: {
  amounts: Amount[];
  unit: Unit | null;
  full?: boolean;
}) {
  if (amounts.length === 0) return <span className="bvalue">–</span>;
  const say = full ? exact : rounded;
  return (
    <span className="bvalues" data-many={amounts.length > 1 || undefined}>
      {amounts.map((a) => (
        <span key={a.currency ?? ''} className="bvalue" title={exact(unit, a.value, a.currency)}>
          {say(unit, a.value, a.currency)}
          {unit !== 'money' && amounts.length > 1 && a.currency && <small> {a.currency}</small>}
        </span>
      ))}
    </span>
  );
}
