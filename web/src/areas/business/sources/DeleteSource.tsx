import { useNavigate } from '@tanstack/react-router';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { whole } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { useDeleteConnector } from './sources';

export function DeleteSource({
  connector,
  onClose,
}: {
  connector: Connector;
  onClose: () => void;
}) {
  const t = useText();
  const b = useBusinessText();
  const navigate = useNavigate();
  const remove = useDeleteConnector();
  return (
    <Dialog open title={b.sources.deleteTitle(connector.name)} onClose={onClose}>
      <p>{b.sources.deleteText(whole(connector.records))}</p>
      {remove.error && <Notice look="danger">{describe(remove.error, t)}</Notice>}
      <div className="dialog-actions">
        <Button autoFocus onClick={onClose}>
          {t.common.cancel}
        </Button>
        <Button
          look="danger"
          busy={remove.isPending}
          onClick={() =>
            remove.mutate(connector.id, {
              onSuccess: () => {
                toast(b.sources.deleted(connector.name));
                void navigate({ to: '/business/sources' });
              },
            })
          }
        >
          {t.common.delete}
        </Button>
      </div>
    </Dialog>
  );
}
