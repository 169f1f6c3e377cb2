import type { Assistant } from '@/api/contract';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useDeleteAssistant } from './assistants';
import { useAssistantText } from './text';

export function DeleteAssistant({
  assistant,
  onClose,
}: {
  assistant: Assistant;
  onClose: () => void;
}) {
  const t = useText();
  const s = useAssistantText();
  const remove = useDeleteAssistant();
  return (
    <Dialog open title={s.deleteTitle(assistant.name)} onClose={onClose}>
      <p>{s.deleteText}</p>
      {remove.error && <Notice look="danger">{describe(remove.error, t)}</Notice>}
      <div className="dialog-actions">
        <Button autoFocus onClick={onClose}>
          {t.common.cancel}
        </Button>
        <Button
          look="danger"
          busy={remove.isPending}
          onClick={() =>
            remove.mutate(assistant.id, {
              onSuccess: () => {
                toast(s.deleted(assistant.name));
                onClose();
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
