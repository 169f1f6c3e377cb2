import { lazy, Suspense, useId } from 'react';
import type { Message } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { react } from '@/live/rooms';
import { useText } from '@/text';
import { hasReacted } from './reactions';
import { useRoom } from './RoomContext';

const loadPicker = () => import('./ReactionPicker');
const ReactionPicker = lazy(() => loadPicker().then((m) => ({ default: m.ReactionPicker })));

interface Props {
  message: Message;
  className?: string;
}

/** Opens the choice of reactions to a message. */
export function ReactionAdd({ message, className = 'icon-btn icon-btn-small' }: Props) {
  const t = useText();
  const id = useId();
  const { threadId, me } = useRoom();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start', true);
  const pick = (emoji: string) => {
    close();
    react(threadId, message.id, emoji, !hasReacted(message.reactions ?? [], emoji, me));
  };
  return (
    <>
      <button
        ref={(element) => {
          anchor.current = element;
        }}
        type="button"
        className={className}
        aria-label={t.rooms.reactions.add}
        title={t.rooms.reactions.add}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        onPointerEnter={() => void loadPicker()}
        onClick={toggle}
      >
        <Icon name="smile" size={16} />
      </button>
      <div
        ref={panel}
        id={id}
        className="menu reaction-panel"
        role="dialog"
        aria-label={t.rooms.reactions.pick}
        popover="auto"
        onToggle={onToggle}
      >
        {open && (
          <Suspense fallback={null}>
            <ReactionPicker reactions={message.reactions ?? []} me={me} onPick={pick} />
          </Suspense>
        )}
      </div>
    </>
  );
}
