import { useLayoutEffect, useRef, useState } from 'react';
import { Attachments } from '@/areas/files/attachments/Attachments';
import type { FileBrief } from '@/areas/files/contract';
import { Button } from '@/components/Button';
import { useText } from '@/text';

interface Props {
  text: string;
  /** They stay as they are. */
  files: FileBrief[];
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** A message in place, to be asked again in other words. */
export function EditMessage({ text: before, files, onSave, onCancel }: Props) {
  const t = useText();
  const [text, setText] = useState(before);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 420)}px`;
  }, [text]);
  const ready = text.trim().length > 0 || files.length > 0;
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSave(text.trim());
      }}
    >
      <Attachments files={files} />
      <textarea
        ref={area}
        className="input"
        autoFocus
        aria-label={t.chat.editMessage}
        value={text}
        onFocus={(e) => e.target.setSelectionRange(text.length, text.length)}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') onCancel();
          if (e.key === 'Enter' && (e.metaKey || e.ctrlKey) && ready) onSave(text.trim());
        }}
      />
      <div className="edit-foot">
        <span>{t.chat.editHint}</span>
        <Button look="quiet" small onClick={onCancel}>
          {t.common.cancel}
        </Button>
        <Button type="submit" look="main" small disabled={!ready}>
          {t.chat.send}
        </Button>
      </div>
    </form>
  );
}
