import { useNavigate } from '@tanstack/react-router';
import type { Thread } from '@/api/contract';
import { IconButton } from '@/components/IconButton';
import { Icon } from '@/components/Icon';
import { SidebarButton } from '@/app/SidebarButton';
import { useText } from '@/text';
import { ThreadMenu } from './ThreadMenu';

export function ChatHeader({ thread }: { thread: Thread | null }) {
  const t = useText();
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
            <span className="chip chip-accent">
              <Icon name="people" size={13} /> {t.chat.shared}
            </span>
          )}
          {thread.archived && <span className="chip">{t.chat.archivedChip}</span>}
          <span className="chat-head-gap" />
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
