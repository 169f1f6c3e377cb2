import { moment } from '@/text/numbers';
import { StateDot } from '../frame/StateDot';
import { useAdminText } from '../text';
import type { Monitor } from '../types';

const LOOK = { ok: 'good', degraded: 'warn', down: 'bad', absent: 'off' } as const;
const ORDER = ['down', 'degraded', 'ok', 'absent'] as const;

/** The parts of the house and how they are; what is not well comes first. */
export function Health({ health }: { health: Monitor['health'] }) {
  const a = useAdminText();
  const sorted = [...health].sort((x, y) => ORDER.indexOf(x.state) - ORDER.indexOf(y.state));
  return (
    <ul className="aparts">
      {sorted.map((part) => (
        <li key={part.part}>
          <StateDot look={LOOK[part.state]}>{a.monitor.states[part.state]}</StateDot>
          <span className="aparts-name">{a.parts[part.part] ?? part.part}</span>
          <span className="aparts-more">
            {[
              part.detail,
              part.since && (part.state === 'degraded' || part.state === 'down')
                ? a.monitor.since(moment(part.since))
                : null,
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}
