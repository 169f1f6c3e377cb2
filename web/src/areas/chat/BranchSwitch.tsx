import { useMutation } from '@tanstack/react-query';
import type { Message } from '@/api/contract';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { switchBranch } from './messages';

/** Steps between the versions of a message, where there is more than one. */
export function BranchSwitch({ message, locked }: { message: Message; locked: boolean }) {
  const t = useText();
  const go = useMutation({
    mutationFn: (id: string) => switchBranch(message.thread_id, id),
    onError: (error) => toast(describe(error, t)),
  });
  const { siblings } = message;
  const at = siblings.indexOf(message.id);
  if (siblings.length < 2 || at < 0) return null;
  const to = (i: number) => {
    const id = siblings[i];
    if (id) go.mutate(id);
  };
  return (
    <span className="branch" role="group" aria-label={t.chat.versions}>
      <IconButton
        small
        icon="left"
        label={t.chat.previousVersion}
        disabled={locked || at === 0 || go.isPending}
        onClick={() => to(at - 1)}
      />
      <span className="tabular" aria-label={t.chat.versionOf(at + 1, siblings.length)}>
        {at + 1} / {siblings.length}
      </span>
      <IconButton
        small
        icon="right"
        label={t.chat.nextVersion}
        disabled={locked || at === siblings.length - 1 || go.isPending}
        onClick={() => to(at + 1)}
      />
    </span>
  );
}
