import { refreshMessages } from '@/areas/chat/messages';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { showBranch, useOtherBranch } from './otherBranch';

/** A link led to another version of the conversation: says so, and leads back. */
export function BranchNotice({ threadId }: { threadId: string }) {
  const t = useText();
  const other = useOtherBranch(threadId);
  if (!other) return null;
  return (
    <p className="branch-notice" role="status">
      <Icon name="branch" size={16} />
      <span>{t.rooms.message.otherBranch}</span>
      <Button
        small
        look="quiet"
        onClick={() => {
          showBranch(threadId, null);
          void refreshMessages(threadId);
        }}
      >
        {t.rooms.message.currentBranch}
      </Button>
    </p>
  );
}
