import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Workflow } from '../types';
import { useDropWorkflow, useRunWorkflow } from './workflows';

/** Runs a workflow now, or takes it away. */
export function WorkflowTools({ flow }: { flow: Workflow }) {
  const t = useText();
  const b = useBusinessText();
  const navigate = useNavigate();
  const run = useRunWorkflow(flow.id);
  const drop = useDropWorkflow();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        icon="play"
        busy={run.isPending}
        onClick={() =>
          run.mutate(undefined, {
            onSuccess: () => void toast(b.flows.started(flow.name)),
            onError: (error) => void toast(describe(error, t)),
          })
        }
      >
        {b.flows.run}
      </Button>
      <IconButton icon="trash" label={b.flows.remove(flow.name)} onClick={() => setAsking(true)} />
      <Dialog open={asking} title={b.flows.remove(flow.name)} onClose={() => setAsking(false)}>
        <p>{b.flows.removeText}</p>
        {drop.error && <Notice look="danger">{describe(drop.error, t)}</Notice>}
        <div className="dialog-actions">
          <Button autoFocus onClick={() => setAsking(false)}>
            {t.common.cancel}
          </Button>
          <Button
            look="danger"
            busy={drop.isPending}
            onClick={() =>
              drop.mutate(flow.id, {
                onSuccess: () => void navigate({ to: '/business/workflows' }),
              })
            }
          >
            {t.common.delete}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
