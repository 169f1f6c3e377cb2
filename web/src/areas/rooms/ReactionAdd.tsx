import { lazy, Suspense, useId } from 'react';
import type { Message } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { useText } from '@/text';
import { useRoom } from './RoomContext';
import { useReact } from './useReact';

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
  const { me } = useRoom();
  const react = useReact(message);
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start', true);
  const pick = (emoji: string) => {
    close();
    react(emoji);
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
            <ReactionPicker reactions={message.reactions} me={me} onPick={pick} />
          </Suspense>
        )}
      </div>
    </>
  );
}
