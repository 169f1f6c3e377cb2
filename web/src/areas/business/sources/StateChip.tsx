import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { isRunning } from './sources';

const LOOK = {
  active: 'chip-good',
  paused: '',
  checking: 'chip-accent',
  needs_reconnect: 'chip-warn',
  failed: 'chip-danger',
} as const;

/** How a source is, in a word. */
export function StateChip({ connector }: { connector: Connector }) {
  const b = useBusinessText();
  if (isRunning(connector.run) && connector.state === 'active') {
    return <span className="chip chip-accent">{b.sources.states.syncing}</span>;
  }
  const suspect = connector.state === 'active' && connector.run?.status === 'suspect';
  if (suspect) return <span className="chip chip-warn">{b.sources.states.suspect}</span>;
  return (
    <span className={`chip ${LOOK[connector.state]}`}>{b.sources.states[connector.state]}</span>
  );
}
