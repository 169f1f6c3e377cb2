import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Thread } from '@/api/contract';
import { AttachButton } from '@/areas/files/AttachButton';
import { filesOf, giveFiles, useUploads } from '@/areas/files/attaching';
import '@/areas/files/attaching.css';
import { briefOf } from '@/areas/files/contract';
import { DropVeil } from '@/areas/files/DropVeil';
import { tray } from '@/areas/files/tray';
import { useSendWhenThere } from '@/areas/files/useSendWhenThere';
import type { AssistantChoice } from '@/areas/assistants/AssistantRows';
import { Icon } from '@/components/Icon';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { useMe } from '@/areas/identity/session';
import { useSettings } from '@/areas/identity/settings';
import { AskSwitch } from '@/areas/rooms/AskSwitch';
import { mentionsIn } from '@/areas/rooms/candidates';
import type { Person } from '@/areas/rooms/members';
import { isShared } from '@/areas/rooms/members';
import { ReplyBar } from '@/areas/rooms/ReplyBar';
import { setReplying, useReplying } from '@/areas/rooms/replying';
import { useCandidates } from '@/areas/rooms/useCandidates';
import { useMentions } from '@/areas/rooms/useMentions';
import { willAnswer } from '@/areas/rooms/willAnswer';
import { announceTyping } from '@/live/typing';
import { useText } from '@/text';
import type { How } from './asking';
import { composerFocus } from './composerFocus';
import { setDraft, useDraft } from './drafts';
import '@/areas/rooms/writing.css';
import './composer.css';

const UploadTray = lazy(() =>
  import('@/areas/files/uploads/UploadTray').then((m) => ({ default: m.UploadTray })),
);
const MentionList = lazy(() =>
  import('@/areas/rooms/MentionList').then((m) => ({ default: m.MentionList })),
);

interface Props {
  draftKey: string;
  thread: Thread | null;
  /** Those who may enter the thread. */
  people: Person[];
  model: string | null;
  running: boolean;
  assistant: AssistantChoice;
  onModel: (model: string) => void;
  onSend: (content: string, how: How) => void;
  onStop: () => void;
}

const TALLEST = 320;
const LONGEST = 200_000;

/** Where a message is written. It grows with its text and keeps it, whatever happens. */
export function Composer({
  draftKey,
  thread,
  people,
  model,
  assistant,
  running,
  onModel,
  onSend,
  onStop,
}: Props) {
  const t = useText();
  const me = useMe().user.id;
  const text = useDraft(draftKey);
  const replying = useReplying(draftKey);
  const uploads = useUploads(draftKey);
  const files = tray(uploads);
  const { there, pending, stuck } = files;
  const { send_key: sendKey } = useSettings();
  const area = useRef<HTMLTextAreaElement>(null);
  const shared = isShared(thread);
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [begun, setBegun] = useState(false);
  const candidates = useCandidates(people, begun);
  // What this person wrote here, and where the caret stands: a draft of another device leaves it there.
  const written = useRef(text);
  const caret = useRef(0);
  const write = (next: string) => {
    written.current = next;
    setDraft(draftKey, next);
    if (shared) announceTyping(draftKey, next.trim() !== '');
  };
  const mentions = useMentions({ area, text, candidates, onText: write });
  if (mentions.begun && !begun) setBegun(true);

  const named = mentionsIn(text, candidates);
  const plan = willAnswer({ shared, answers: thread?.answers, mentions: named, chosen });
  // One goes on talking while a model answers.
  const ready = text.trim().length > 0 || uploads.length > 0;
  const give = (given: File[]) => giveFiles(draftKey, given);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, TALLEST)}px`;
    element.style.overflowY = element.scrollHeight > TALLEST ? 'auto' : 'hidden';
    if (text === written.current || document.activeElement !== element) return;
    element.setSelectionRange(caret.current, caret.current);
  }, [text]);

  useEffect(() => {
    const focus = () => area.current?.focus();
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) focus();
    return composerFocus.offer(focus);
  }, [draftKey]);

  const send = () => {
    onSend(text.trim(), {
      reply: plan.reply,
      replyTo: replying?.id ?? null,
      files: there.map(briefOf),
    });
    setReplying(draftKey, null);
    setChosen(null);
    if (shared) announceTyping(draftKey, false);
    area.current?.focus();
  };
  const [armed, setArmed] = useSendWhenThere(uploads, files, send);
  const submit = () => {
    if (!ready || stuck > 0) return;
    if (pending > 0) setArmed(true);
    else send();
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (mentions.onKeyDown(event)) return;
    if (event.key === 'Escape' && armed) {
      event.preventDefault();
      setArmed(false);
      return;
    }
    if (event.key === 'Escape' && replying) {
      event.preventDefault();
      setReplying(draftKey, null);
      return;
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    const mod = event.metaKey || event.ctrlKey;
    const wants = sendKey === 'mod_enter' ? mod : mod || !event.shiftKey;
    if (!wants) return;
    event.preventDefault();
    submit();
  };

  const models = named.filter((m) => m.kind === 'model').map((m) => m.name);
  const hintSend = sendKey === 'mod_enter' ? t.chat.hintModEnter : t.chat.hintEnter;
  let hint = hintSend;
  if (shared && !plan.answered) hint = t.rooms.compose.noAnswer;
  else if (models.length > 0) hint = t.rooms.compose.willAnswer(models.join(', '));
  const said = stuck > 0 ? t.files.attention(stuck) : armed ? t.files.sendsWhen(pending) : null;

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {replying && (
        <ReplyBar message={replying} me={me} onCancel={() => setReplying(draftKey, null)} />
      )}
      {mentions.open && (
        <Suspense fallback={null}>
          <MentionList mentions={mentions} />
        </Suspense>
      )}
      {uploads.length > 0 && (
        <Suspense fallback={<div className="composer-tray" />}>
          <UploadTray uploads={uploads} />
        </Suspense>
      )}
      <textarea
        ref={area}
        rows={1}
        maxLength={LONGEST}
        placeholder={shared ? t.rooms.compose.placeholder : t.chat.placeholder}
        aria-label={t.chat.message}
        enterKeyHint={sendKey === 'mod_enter' ? 'enter' : 'send'}
        value={text}
        onChange={(event) => {
          write(event.target.value);
          mentions.sync();
        }}
        onSelect={(event) => {
          caret.current = event.currentTarget.selectionStart;
          mentions.sync();
        }}
        onBlur={() => {
          mentions.close();
          if (shared) announceTyping(draftKey, false);
        }}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const pasted = filesOf(event.clipboardData);
          if (pasted.length === 0) return;
          // A table copied from a sheet comes as words and as a picture of them: the words are meant.
          if (event.clipboardData.types.includes('text/plain')) return;
          event.preventDefault();
          give(pasted);
        }}
        {...mentions.fieldProps}
      />
      <div className="composer-foot">
        <AttachButton onFiles={give} onClose={() => area.current?.focus()} />
        <ModelPicker
          value={model}
          onChange={onModel}
          assistant={assistant}
          onClose={() => area.current?.focus()}
        />
        {shared && <AskSwitch on={plan.answered} hint={hint} onChange={setChosen} />}
        <span
          className="composer-hint"
          aria-hidden={said === null || undefined}
          role={said === null ? undefined : 'status'}
          data-said={said !== null || undefined}
        >
          {said ?? hint}
          {armed && (
            <button type="button" onClick={() => setArmed(false)}>
              {t.files.doNotSend}
            </button>
          )}
        </span>
        {running && (
          <button
            type="button"
            className="send"
            data-quiet={ready || undefined}
            aria-label={t.chat.stop}
            title={t.chat.stop}
            onClick={() => {
              onStop();
              area.current?.focus();
            }}
          >
            <Icon name="stop" size={22} />
          </button>
        )}
        {(ready || !running) && (
          <button
            type="submit"
            className="send"
            aria-label={t.chat.send}
            title={t.chat.send}
            data-armed={armed || undefined}
            disabled={!ready || stuck > 0}
          >
            <Icon name="arrowUp" size={20} />
          </button>
        )}
      </div>
      <DropVeil words={t.files.drop} onFiles={give} />
    </form>
  );
}
