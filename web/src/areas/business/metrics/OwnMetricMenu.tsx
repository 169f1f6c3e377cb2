import { useState } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Metric } from '../types';
import { useDropMetric } from './metrics';

/** What can be done with a metric of one's own. */
export function OwnMetricMenu({ metric, onGone }: { metric: Metric; onGone: () => void }) {
  const t = useText();
  const b = useBusinessText();
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const drop = useDropMetric();
  if (!may(me, 'business.manage')) return null;
  return (
    <>
      <IconButton icon="trash" label={b.own.remove(metric.label)} onClick={() => setAsking(true)} />
      <Dialog open={asking} title={b.own.remove(metric.label)} onClose={() => setAsking(false)}>
        <p>{b.own.removeText}</p>
        {drop.error && <Notice look="danger">{describe(drop.error, t)}</Notice>}
        <div className="dialog-actions">
          <Button autoFocus onClick={() => setAsking(false)}>
            {t.common.cancel}
          </Button>
          <Button
            look="danger"
            busy={drop.isPending}
            onClick={() => drop.mutate(metric.id, { onSuccess: onGone })}
          >
            {t.common.delete}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
