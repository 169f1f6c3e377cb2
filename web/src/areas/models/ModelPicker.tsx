import { useId } from 'react';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { useText } from '@/text';
import { ModelList } from './ModelList';
import { AUTO, isAuto, shortName, useModels } from './models';
import './models.css';

interface Props {
  value: string | null;
  onChange: (model: string) => void;
  /** Told when the list closes, so that the composer can have the focus back. */
  onClose?: () => void;
}

/** The chosen model, and the list to choose another from. */
export function ModelPicker({ value, onChange, onClose }: Props) {
  const t = useText();
  const id = useId();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start', true);
  const { data: models } = useModels();
  const chosen = value ?? AUTO;
  const known = models?.find((m) => m.id === chosen);
  const name = isAuto(chosen) ? t.models.auto[chosen].name : (known?.name ?? shortName(chosen));

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
        aria-label={t.models.choose(name)}
        onClick={toggle}
      >
        <span>{name}</span>
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
