import { useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { ago, dateTime, moment } from '@/text/numbers';
import { useAdminText } from '../text';
import type { Alert } from '../types';
import { ResolveDialog } from './ResolveDialog';
import { ResponseRow } from './ResponseRow';
import { useNameOf } from './useNameOf';

const ICON = { info: 'info', warning: 'warning', critical: 'warning' } as const;
const CHIP = { info: '', warning: 'chip-warn', critical: 'chip-danger' } as const;

/** One alert: what looks wrong, with its numbers, since when, and what was done by itself. */
export function AlertCard({ alert }: { alert: Alert }) {
  const a = useAdminText();
  const [resolving, setResolving] = useState(false);
  const nameOf = useNameOf();
  const { severity, subject } = alert;
  return (
    <article className="aalert" data-severity={severity} data-state={alert.state}>
      <span className="aalert-face">
        <Icon name={alert.state === 'resolved' ? 'check' : ICON[severity]} size={18} />
      </span>
      <div className="aalert-body">
        <div className="aalert-head">
          <h2>{alert.title}</h2>
          <span className={`chip ${CHIP[severity]}`}>{a.alerts.severities[severity]}</span>
        </div>
        <p className="aalert-words">{alert.explanation}</p>
        <p className="aalert-facts">
          {subject && <span>{a.alerts.about(subject.name)}</span>}
          <time dateTime={alert.first_at} title={dateTime(alert.first_at)}>
            {a.alerts.since(moment(alert.first_at))}
          </time>
          {alert.count > 1 && (
            <span title={dateTime(alert.last_at)}>
              {a.alerts.times(alert.count, ago(alert.last_at))}
            </span>
          )}
          {alert.resolved_at && (
            <time dateTime={alert.resolved_at} title={dateTime(alert.resolved_at)}>
              {alert.resolved_by
                ? a.alerts.settledBy(nameOf(alert.resolved_by), ago(alert.resolved_at))
                : a.alerts.ended(ago(alert.resolved_at))}
            </time>
          )}
        </p>
        {alert.note && <p className="aalert-note">{alert.note}</p>}
        {alert.responses.length > 0 && (
          <ul className="aresponses" aria-label={a.alerts.responses}>
            {alert.responses.map((response) => (
              <ResponseRow key={response.id} alert={alert} response={response} />
            ))}
          </ul>
        )}
        {alert.state === 'open' && (
          <div className="aalert-tools">
            <Button small icon="check" onClick={() => setResolving(true)}>
              {a.alerts.resolve}
              <span className="unseen">: {alert.title}</span>
            </Button>
          </div>
        )}
      </div>
      {resolving && <ResolveDialog alert={alert} onClose={() => setResolving(false)} />}
    </article>
  );
}
