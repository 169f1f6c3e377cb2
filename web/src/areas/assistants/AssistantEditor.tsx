import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { PageFrame } from '@/app/PageFrame';
import type { Assistant } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { ModelPicker } from '@/areas/models/ModelPicker';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { Segments } from '@/components/Segments';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import type { AssistantInput } from './assistants';
import { useSaveAssistant } from './assistants';
import { takeBeginning } from './beginning';
import { Knowledge } from './Knowledge';
import { useStaying } from './useStaying';
import { useAssistantText } from './text';

function inputOf(assistant: Assistant | null): AssistantInput {
  const example = assistant ? null : takeBeginning();
  return {
    name: assistant?.name ?? example?.name ?? '',
    system_prompt: assistant?.system_prompt ?? example?.prompt ?? null,
    style: assistant?.style ?? (example?.style || null),
    model: assistant?.model ?? null,
    knowledge: assistant?.knowledge ?? [],
  };
}

function trimmed(input: AssistantInput): AssistantInput {
  return {
    ...input,
    name: input.name.trim(),
    system_prompt: input.system_prompt?.trim() || null,
    style: input.style?.trim() || null,
  };
}

/** A new assistant, or one that is changed. */
export function AssistantEditor({ assistant }: { assistant: Assistant | null }) {
  const t = useText();
  const s = useAssistantText();
  const navigate = useNavigate();
  const save = useSaveAssistant(assistant?.id ?? null);
  const [before] = useState(() => inputOf(assistant));
  const [input, setInput] = useState(before);
  const changed = JSON.stringify(trimmed(input)) !== JSON.stringify(trimmed(before));
  const failure = isFailure(save.error) ? save.error : null;
  const setKnowledge = useCallback(
    (change: (ids: string[]) => string[]) =>
      setInput((all) => ({ ...all, knowledge: change(all.knowledge) })),
    [],
  );
  const set = (change: Partial<AssistantInput>) => setInput((all) => ({ ...all, ...change }));
  const unsaved = useRef(false);
  useEffect(() => {
    unsaved.current = changed;
  }, [changed]);
  const question = useStaying(useCallback(() => unsaved.current, []));
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!assistant && matchMedia('(pointer: fine)').matches) first.current?.focus();
  }, [assistant]);

  const back = () => void navigate({ to: '/assistants' });
  const submit = () =>
    save.mutate(trimmed(input), {
      onSuccess: ({ name }) => {
        unsaved.current = false;
        toast(assistant ? s.saved : s.created(name));
        back();
      },
    });

  return (
    <PageFrame title={assistant ? assistant.name : s.new} lead={assistant ? undefined : s.lead}>
      <form
        className="stack assistant-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label={s.name} error={failure?.field('name')}>
          {(props) => (
            <input
              {...props}
              ref={first}
              className="input"
              required
              maxLength={100}
              placeholder={s.namePlaceholder}
              value={input.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={s.prompt} hint={s.promptHint} error={failure?.field('system_prompt')}>
          {(props) => (
            <textarea
              {...props}
              className="input assistant-prompt"
              maxLength={20_000}
              placeholder={s.promptPlaceholder}
              value={input.system_prompt ?? ''}
              onChange={(event) => set({ system_prompt: event.target.value })}
            />
          )}
        </Field>
        <Field label={s.style} hint={s.styleHint} error={failure?.field('style')}>
          {(props) => (
            <textarea
              {...props}
              className="input assistant-style"
              maxLength={20_000}
              placeholder={s.stylePlaceholder}
              value={input.style ?? ''}
              onChange={(event) => set({ style: event.target.value })}
            />
          )}
        </Field>
        <div className="field">
          <span className="field-label">{s.model}</span>
          <div className="assistant-model">
            <Segments
              label={s.model}
              value={input.model === null ? 'any' : 'own'}
              options={[
                { value: 'any', label: s.anyModel },
                { value: 'own', label: s.ownModel },
              ]}
              onChange={(which) =>
                set({ model: which === 'any' ? null : (before.model ?? 'auto') })
              }
            />
            {input.model !== null && (
              <ModelPicker value={input.model} onChange={(model) => set({ model })} />
            )}
          </div>
          <p className="field-hint">{s.modelHint}</p>
        </div>
        <Knowledge
          place={`assistant:${assistant?.id ?? 'new'}`}
          ids={input.knowledge}
          onChange={setKnowledge}
          error={failure?.field('knowledge')}
        />
        {save.error && <Notice look="danger">{describe(save.error, t)}</Notice>}
        <div className="form-end">
          <Button type="submit" look="main" busy={save.isPending} disabled={!input.name.trim()}>
            {assistant ? t.common.save : s.create}
          </Button>
          <Button look="quiet" onClick={back}>
            {t.common.cancel}
          </Button>
        </div>
      </form>
      <Dialog open={question !== null} title={s.unsaved} onClose={() => question?.answer(true)}>
        <div className="dialog-actions">
          <Button onClick={() => question?.answer(false)}>{s.discard}</Button>
          <Button look="main" autoFocus onClick={() => question?.answer(true)}>
            {s.keep}
          </Button>
        </div>
      </Dialog>
    </PageFrame>
  );
}
