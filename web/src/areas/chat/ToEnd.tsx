import { Icon } from '@/components/Icon';
import { useText } from '@/text';

/** The way to the newest message, and how many new ones wait there. */
export function ToEnd({ below, onGo }: { below: number; onGo: () => void }) {
  const t = useText();
  const words = below > 0 ? t.rooms.message.newMessages(below) : null;
  return (
    <button
      type="button"
      className="to-end"
      data-worded={words ? true : undefined}
      aria-label={words ? `${words}. ${t.chat.toEnd}` : t.chat.toEnd}
      onClick={onGo}
    >
      {words}
      <Icon name="arrowDown" size={18} />
    </button>
  );
}
