import { useEffect, useLayoutEffect, useRef } from 'react';
import { Icon } from '@/components/Icon';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { useSettings } from '@/areas/identity/settings';
import { useText } from '@/text';
import { composerFocus } from './composerFocus';
import { setDraft, useDraft } from './drafts';
import './composer.css';

interface Props {
  draftKey: string;
  model: string | null;
  running: boolean;
  onModel: (model: string) => void;
  onSend: (content: string) => void;
  onStop: () => void;
}

const TALLEST = 320;
const LONGEST = 200_000;

/** Where a message is written. It grows with its text and keeps it, whatever happens. */
export function Composer({ draftKey, model, running, onModel, onSend, onStop }: Props) {
  const t = useText();
  const text = useDraft(draftKey);
  const { send_key: sendKey } = useSettings();
  const area = useRef<HTMLTextAreaElement>(null);
  const ready = text.trim().length > 0 && !running;

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, TALLEST)}px`;
    element.style.overflowY = element.scrollHeight > TALLEST ? 'auto' : 'hidden';
  }, [text]);

  useEffect(() => {
    const focus = () => area.current?.focus();
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) focus();
    return composerFocus.offer(focus);
  }, [draftKey]);

  const submit = () => {
    if (!ready) return;
    onSend(text.trim());
    area.current?.focus();
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    const mod = event.metaKey || event.ctrlKey;
    const wants = sendKey === 'mod_enter' ? mod : mod || !event.shiftKey;
    if (!wants) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={area}
        rows={1}
        maxLength={LONGEST}
        placeholder={t.chat.placeholder}
        aria-label={t.chat.message}
        enterKeyHint={sendKey === 'mod_enter' ? 'enter' : 'send'}
        value={text}
        onChange={(event) => setDraft(draftKey, event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-foot">
        <ModelPicker value={model} onChange={onModel} onClose={() => area.current?.focus()} />
        <span className="composer-hint" aria-hidden="true">
          {sendKey === 'mod_enter' ? t.chat.hintModEnter : t.chat.hintEnter}
        </span>
        {running ? (
          <button
            type="button"
            className="send"
            aria-label={t.chat.stop}
            title={t.chat.stop}
            onClick={() => {
              onStop();
              area.current?.focus();
            }}
          >
            <Icon name="stop" size={22} />
          </button>
        ) : (
          <button
            type="submit"
            className="send"
            aria-label={t.chat.send}
            title={t.chat.send}
            disabled={!ready}
          >
            <Icon name="arrowUp" size={20} />
          </button>
        )}
      </div>
    </form>
  );
}
