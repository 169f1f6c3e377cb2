import { Button } from '@/components/Button';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { ago } from '@/text/numbers';
import { useAdminText } from '../text';
import type { Alert, AlertResponse } from '../types';
import { useUndoResponse } from './alerts';

/** What the house did by itself about an alert, and the way to take it back. */
export function ResponseRow({ alert, response }: { alert: Alert; response: AlertResponse }) {
  const t = useText();
  const a = useAdminText();
  const undo = useUndoResponse();
  const active = response.state === 'active';
  return (
    <li>
      <span>
        {a.alerts.did[response.kind]}, {ago(response.at)}
      </span>
      {active ? (
        <Button
          small
          look="quiet"
          busy={undo.isPending}
          onClick={() =>
            undo.mutate(
              { id: alert.id, response: response.id },
              {
                onSuccess: () => toast(a.alerts.undone),
                onError: (error) => toast(describe(error, t)),
              },
            )
          }
        >
          {t.common.undo}
          <span className="unseen">: {a.alerts.did[response.kind]}</span>
        </Button>
      ) : (
        <span className="chip">{a.alerts.takenBack}</span>
      )}
    </li>
  );
}
