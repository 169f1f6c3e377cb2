import type { Message } from '@/api/contract';
import { copyText } from '@/components/copyText';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { composerFocus } from '@/areas/chat/composerFocus';
import { useText } from '@/text';
import { messageLink } from './messageLink';
import { FREQUENT } from './reactions';
import { setReplying } from './replying';
import { useRoom } from './RoomContext';
import { useReact } from './useReact';

interface Props {
  message: Message;
  /** Where the person may change it. */
  onEdit?: () => void;
}

/** Everything that can be done with a message; on a phone this is all there is beside it. */
export function MessageMore({ message, onEdit }: Props) {
  const t = useText();
  const { threadId, shared, writes } = useRoom();
  const react = useReact(message);
  return (
    <Menu
      label={t.rooms.message.more}
      trigger={<IconButton small icon="more" label={t.rooms.message.more} />}
    >
      {(close) => {
        const then = (work: () => void) => () => {
          close();
          work();
        };
        return (
          <>
            {shared && (
              <div className="menu-emoji" role="group" aria-label={t.rooms.reactions.pick}>
                {FREQUENT.slice(0, 6).map((emoji) => (
                  <button
                    key={emoji}
                    type="button"
                    className="menu-item emoji"
                    role="menuitem"
                    aria-label={emoji}
                    tabIndex={-1}
                    onClick={then(() => react(emoji))}
                  >
                    {emoji}
                  </button>
                ))}
              </div>
            )}
            {shared && writes && (
              <MenuItem
                icon="reply"
                onSelect={then(() => {
                  setReplying(threadId, message);
                  composerFocus.take();
                })}
              >
                {t.rooms.message.reply}
              </MenuItem>
            )}
            {message.content && (
              <MenuItem
                icon="copy"
                onSelect={then(
                  () =>
                    void copyText(message.content).then((done) => done && toast(t.common.copied)),
                )}
              >
                {t.chat.copyMessage}
              </MenuItem>
            )}
            <MenuItem
              icon="link"
              onSelect={then(
                () =>
                  void copyText(messageLink(threadId, message.id)).then(
                    (done) => done && toast(t.rooms.message.linkCopied),
                  ),
              )}
            >
              {t.rooms.message.copyLink}
            </MenuItem>
            {onEdit && (
              <MenuItem icon="pencil" onSelect={then(onEdit)}>
                {t.chat.editMessage}
              </MenuItem>
            )}
          </>
        );
      }}
    </Menu>
  );
}
