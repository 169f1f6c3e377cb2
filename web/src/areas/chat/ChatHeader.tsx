import { useNavigate } from '@tanstack/react-router';
import type { Thread } from '@/api/contract';
import { useMe } from '@/areas/identity/session';
import { ShareButton } from '@/areas/rooms/ShareButton';
import { IconButton } from '@/components/IconButton';
import { Icon } from '@/components/Icon';
import { SidebarButton } from '@/app/SidebarButton';
import { useText } from '@/text';
import { ThreadMenu } from './ThreadMenu';

export function ChatHeader({ thread }: { thread: Thread | null }) {
  const t = useText();
  const me = useMe();
  const navigate = useNavigate();
  return (
    <header className="chat-head">
      <SidebarButton />
      {thread && (
        <>
          <h1 className="chat-title" title={thread.title ?? t.chat.untitled}>
            {thread.title ?? t.chat.untitled}
          </h1>
          {thread.visibility === 'workspace' && (
            <span className="chip chip-accent chat-workspace" title={t.rooms.threads.withWorkspace}>
              <Icon name="building" size={13} /> {me.workspace.name}
            </span>
          )}
          {thread.archived && <span className="chip">{t.chat.archivedChip}</span>}
          <span className="chat-head-gap" />
          <ShareButton thread={thread} />
          <IconButton
            icon="compose"
            label={t.chat.newChat}
            className="chat-head-new"
            onClick={() => void navigate({ to: '/' })}
          />
          <ThreadMenu thread={thread} />
        </>
      )}
    </header>
  );
}
