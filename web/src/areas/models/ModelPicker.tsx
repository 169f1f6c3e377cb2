import { useId } from 'react';
import type { AssistantChoice } from '@/areas/assistants/AssistantRows';
import { useAssistant } from '@/areas/assistants/assistants';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { useText } from '@/text';
import { ModelList } from './ModelList';
import { AUTO, isAuto, shortName, useModels } from './models';
import './models.css';

interface Props {
  value: string | null;
  onChange: (model: string) => void;
  /** Where an assistant may answer instead. */
  assistant?: AssistantChoice;
  /** Told when the list closes, so that the composer can have the focus back. */
  onClose?: () => void;
}

/** The chosen model, and the list to choose another from. */
export function ModelPicker({ value, onChange, assistant, onClose }: Props) {
  const t = useText();
  const id = useId();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start', true);
  const { data: models } = useModels();
  const chosen = value ?? AUTO;
  const known = models?.find((m) => m.id === chosen);
  const name = isAuto(chosen) ? t.models.auto[chosen].name : (known?.name ?? shortName(chosen));

  const helper = useAssistant(assistant?.chosen ?? null);

  return (
    <>
      <button
        ref={(element) => {
          anchor.current = element;
        }}
        type="button"
        className="model-chip"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        aria-label={t.models.choose(helper ? `${helper.name} ${name}` : name)}
        onClick={toggle}
      >
        {helper && <Icon name="spark" size={15} />}
        {helper && <span className="model-chip-helper">{helper.name}</span>} <span>{name}</span>
        <Icon name="down" size={15} />
      </button>
      <div
        ref={panel}
        id={id}
        className="model-panel"
        role="dialog"
        aria-label={t.models.title}
        popover="auto"
        onToggle={(event) => {
          onToggle(event);
          if (event.newState === 'closed') onClose?.();
        }}
      >
        {open && (
          <ModelList
            chosen={chosen}
            assistant={
              assistant && {
                ...assistant,
                onChoose: (id) => {
                  assistant.onChoose(id);
                  close();
                },
              }
            }
            onChoose={(model) => {
              onChange(model);
              close();
            }}
          />
        )}
      </div>
    </>
  );
}
